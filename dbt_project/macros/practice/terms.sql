{#- Words of a text that speak of a goal, by the list of terms (seed practice_terms).
    Add here: how words are compared and what becomes of them. Not here: a term (the seed), nor which texts are read (the model).

    A term is words. Two words are the same where their roots are: case, accents and the endings of plural and feminine fall away
    (« régionaux » = « régionale », « energies » = « energy »); `*` at the end of a word takes any ending (« photovolta* »). Articles
    and prepositions count for nothing in between (« consommation de l'énergie » = « consommation d'énergie »), and no term reaches over
    the end of a sentence. Of terms that overlap the longest counts alone: « formation brute de capital », of the kind `misleading`,
    keeps « formation » from goal 4. -#}

{#- Returns the words of a text as a list, as they are written; marks that end a sentence are words of their own. -#}
{% macro words_of(column) -%}
  regexp_extract_all(replace(nfc_normalize({{ column }}), chr(173), ''), '[\p{L}\p{N}]+(?:&[\p{L}\p{N}]+)?\*?|[.!?;:•]')
{%- endmacro %}

{#- Returns a word without case, accents and ligatures; `CO₂` is `co2`. « élevé » would be the root of
    « élève », a pupil: it is read as « haut ». -#}
{% macro folded_word(column) -%}
  strip_accents(replace(replace(replace(regexp_replace(lower({{ column }}), '^élevé', 'haut'), 'œ', 'oe'), 'æ', 'ae'), '₂', '2'))
{%- endmacro %}

{#- Returns the root of a folded word: without the endings of plural and feminine, French and English alike. A word of three letters is
    its own root. The roots need not be words; they need only be the same for what is the same. -#}
{% macro word_root(column) -%}
  {%- set root = namespace(sql=column) -%}
  {%- for ending, kept in [('eaux$', 'eau'), ('([a-z]{2})aux$', '\\1al'), ('(?:s+|x)$', ''), ('([a-z]{2}(?:el|en|on))[ln]e$', '\\1'),
        ('euse$', 'eu'), ('([a-z]{3})ive$', '\\1if'), ('([a-z0-9]{3})(?:ie|y)$', '\\1i'), ('([a-z]{3})ee$', '\\1'),
        ('([a-z]{4})e$', '\\1')] -%}
    {%- set root.sql = "regexp_replace(" ~ root.sql ~ ", '" ~ ending ~ "', '" ~ kept ~ "')" -%}
  {%- endfor -%}
  case when length({{ column }}) <= 3 then {{ column }} else {{ root.sql }} end
{%- endmacro %}

{#- Returns the words that join others and carry nothing, folded. -#}
{% macro joining_words() -%}
  ('a', 'au', 'aux', 'and', 'by', 'ce', 'ces', 'd', 'dans', 'de', 'des', 'du', 'en', 'et', 'for', 'from', 'in', 'its', 'l', 'la', 'le',
   'les', 'leur', 'leurs', 'nos', 'notre', 'of', 'on', 'or', 'ou', 'our', 'par', 'pour', 's', 'sa', 'ses', 'son', 'sur', 'the', 'their',
   'to', 'un', 'une', 'with')
{%- endmacro %}

{#- Returns a query: one row a place in a text where a term that names a goal stands.
    texts: a relation with text_id, language (`fr`, `en`; null: both) and text, best a paragraph or a page.
    terms: the seed practice_terms, or one of its form.
    Columns: text_id, sdg_id, target, term, kind (topic, practice, harm), weight, contribution, words (as written), place (number of the
    first word in the text), source.
    contribution: `positive` for a practice and for a harm that is fought or absent (« lutter contre la corruption », « sans
    pesticides »: the kinds `reversal` and `denial` stand up to four words before it or two after, in its sentence), `negative` for a
    harm else, and for a practice that is denied; null where a word says what a text is about and not how it stands to it. -#}
{% macro term_places(texts, terms) -%}
  with written as (
    select text_id, language, {{ words_of('text') }} as words from {{ texts }} where text is not null
  ),
  word as (
    select text_id, language, unnest(words) as word, generate_subscripts(words, 1) as place from written
  ),
  folded as (
    select text_id, language, place, {{ folded_word('word') }} as folded from word
  ),
  kept as (
    select text_id, language, place, folded,
      row_number() over (partition by text_id order by place) as position,
      count(*) filter (where folded in ('.', '!', '?', ';', ':', '•')) over (partition by text_id order by place) as sentence
    from folded
    where folded not in {{ joining_words() }}
  ),
  phrase as (
    select language, term, list_filter(list_transform({{ words_of('term') }}, lambda spelled: {{ folded_word('spelled') }}),
        lambda spelled: spelled not in {{ joining_words() }}) as words
    from (select distinct language, term from {{ terms }})
  ),
  phrase_word as (
    select language, term, len(words) as length, unnest(words) as spelled, generate_subscripts(words, 1) as number from phrase
  ),
  phrase_root as (
    select language, term, length, number, spelled like '%*' as is_open,
      case when spelled like '%*' then rtrim(spelled, '*') else {{ word_root('spelled') }} end as root
    from phrase_word
  ),
  vocabulary as (
    select folded, {{ word_root('folded') }} as root from (select distinct folded from kept)
  ),
  meant as (
    select vocabulary.folded, phrase_root.language, phrase_root.term, phrase_root.length, phrase_root.number
    from vocabulary join phrase_root on not phrase_root.is_open and phrase_root.root = vocabulary.root
    union all
    select vocabulary.folded, phrase_root.language, phrase_root.term, phrase_root.length, phrase_root.number
    from vocabulary
    -- an open word has three letters at least, so that the join has something to go by
    join phrase_root on phrase_root.is_open and left(phrase_root.root, 3) = left(vocabulary.folded, 3)
     and starts_with(vocabulary.folded, phrase_root.root)
  ),
  begun as (
    select kept.text_id, meant.language, meant.term, meant.length, kept.position as starts, kept.position + meant.length - 1 as ends,
      kept.place, kept.sentence
    from kept join meant on meant.folded = kept.folded and meant.number = 1 and coalesce(kept.language = meant.language, true)
  ),
  complete as (
    select begun.*, begun.place as last_place from begun where length = 1
    union all
    select begun.text_id, begun.language, begun.term, begun.length, begun.starts, begun.ends, begun.place, begun.sentence,
      max(kept.place) as last_place
    from begun
    join kept on kept.text_id = begun.text_id and kept.position between begun.starts and begun.ends
    join meant on meant.folded = kept.folded and meant.language = begun.language and meant.term = begun.term
     and meant.number = kept.position - begun.starts + 1
    where begun.length > 1
    group by all
    having count(*) = begun.length
  ),
  known as (
    select complete.*, terms.sdg_id, terms.target, terms.kind, terms.weight, terms.source
    from complete join {{ terms }} as terms on terms.language = complete.language and terms.term = complete.term
  ),
  speaking as (
    select known.* from known
    where kind not in ('reversal', 'denial') and not exists (
      select 1 from known as longer
      where longer.text_id = known.text_id and longer.kind not in ('reversal', 'denial') and longer.length > known.length
        and longer.starts <= known.ends and longer.ends >= known.starts)
  ),
  turned as (
    select speaking.text_id, speaking.starts, speaking.ends, bool_or(turning.kind = 'reversal') as is_fought,
      bool_or(turning.kind = 'denial') as is_denied
    from speaking
    join known as turning on turning.text_id = speaking.text_id and turning.sentence = speaking.sentence
     and turning.kind in ('reversal', 'denial')
     and (turning.ends < speaking.starts and speaking.starts - turning.ends <= case turning.kind when 'denial' then 2 else 4 end
       or turning.kind = 'reversal' and turning.starts > speaking.ends and turning.starts - speaking.ends <= 2)
    group by all
  )
  select speaking.text_id, speaking.sdg_id, speaking.target, speaking.term, speaking.kind, speaking.weight,
    case
      when speaking.kind = 'harm' and (coalesce(turned.is_fought, false) or coalesce(turned.is_denied, false)) then 'positive'
      when speaking.kind = 'harm' then 'negative'
      when speaking.kind = 'practice' and coalesce(turned.is_denied, false) then 'negative'
      when speaking.kind = 'practice' then 'positive'
    end as contribution,
    array_to_string(list_slice(written.words, speaking.place, speaking.last_place), ' ') as words, speaking.place, speaking.source
  from speaking
  join written on written.text_id = speaking.text_id
  left join turned on turned.text_id = speaking.text_id and turned.starts = speaking.starts and turned.ends = speaking.ends
  where speaking.kind <> 'misleading'
{%- endmacro %}

{#- Returns a query: the goals that a text speaks of, one row a text and goal, from the places of term_places.
    score: the weights of its terms, each counted twice at most; from 1 on the text speaks of the goal, unless another goal has more than
    two and a half times as much: that one is then what the text is about.
    contribution: positive, negative, mixed (both), null (no term says). evidence: the words, in their order. -#}
{% macro goals_of_texts(places) -%}
  with counted as (
    select text_id, sdg_id, term, max(weight) * least(count(distinct place), 2) as score,
      bool_or(contribution = 'positive') as is_positive, bool_or(contribution = 'negative') as is_negative, min(place) as place,
      arg_min(words, place) as words
    from {{ places }}
    group by text_id, sdg_id, term
  ),
  summed as (
    select text_id, sdg_id, sum(score) as score,
      case when coalesce(bool_or(is_positive), false) and coalesce(bool_or(is_negative), false) then 'mixed'
        when bool_or(is_positive) then 'positive' when bool_or(is_negative) then 'negative' end as contribution,
      string_agg('« ' || words || ' »', ', ' order by place, words) as evidence
    from counted
    group by text_id, sdg_id
    having sum(score) >= 1
  )
  select * from summed
  qualify score >= 0.4 * max(score) over (partition by text_id)
{%- endmacro %}
