{#- Words of a text that speak of a goal, by the list of terms (seed practice_terms).
    Add here: how words are compared and what becomes of them. Not here: a term (the seed), nor which texts are read (the model).

    A term is words. Two words are the same where their roots are: case, accents and the endings of plural and feminine fall away
    (« régionaux » = « régionale », « energies » = « energy »); `*` at the end of a word takes any ending (« photovolta* »). Articles
    and prepositions count for nothing in between (« consommation de l'énergie » = « consommation d'énergie »), and no term reaches over
    the end of a sentence. Of terms that overlap the longest counts alone: « formation brute de capital », of the kind `misleading`,
    keeps « formation » from goal 4. -#}

{#- Returns the words of a text as a list, as they are written; marks that end a sentence are words of their own. A figure is one word
    (« 7,9 », « 14 600 »): its point ends no sentence. -#}
{% macro words_of(column) -%}
  regexp_extract_all(replace(nfc_normalize({{ column }}), chr(173), ''), '\p{N}+[.,]\p{N}+|\p{N}{1,3}(?:[  ]\p{N}{3})+|[\p{L}\p{N}]+(?:&[\p{L}\p{N}]+)?\*?|[.!?;:•]')
{%- endmacro %}

{#- Returns a word without case, accents and ligatures; `CO₂` is `co2`. « élevé » would be the root of
    « élève », a pupil: it is read as « haut ». So would « porte » be that of a port, « alimente » of food, « emploie » of a job. -#}
{% macro folded_word(column) -%}
  strip_accents(replace(replace(replace(regexp_replace(regexp_replace(lower({{ column }}), '^élevé', 'haut'),
    '^(port|aliment|emploi)(?:e|é)(?:e?s|e|nt)?$', '\1ant'), 'œ', 'oe'), 'æ', 'ae'), '₂', '2'))
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

{#- Returns the kinds of terms that name no goal and say how a sentence speaks of one. -#}
{% macro turning_kinds() -%}
  ('reversal', 'denial', 'act', 'rise', 'fall', 'drop', 'setback', 'change')
{%- endmacro %}

{#- Returns a query: one row a place in a text where a term that names a goal stands.
    texts: a relation with text_id, language (`fr`, `en`; null: both) and text, best a paragraph or a page.
    terms: the seed practice_terms, or one of its form.
    Columns: text_id, sdg_id, target, term, kind (topic, burden, practice, harm), weight, contribution, words (as written), place (number of the
    first word in the text), source. Its kinds are those that name a goal: topic, burden, practice, harm.
    contribution: `positive` for a practice and for a harm that is fought or absent (« lutter contre la corruption », « sans
    pesticides »: the kinds `reversal` and `denial` stand up to four words before it or two after, in its sentence), `negative` for a
    harm else, and for a practice that is denied. Of a mere subject the nearest word of its sentence that says how it goes decides: what
    is done or grows is for the goal (`act`, `rise`), what fails against it (`setback`); of a burden (« émissions », « absentéisme »)
    less is for the goal (`fall`, `drop`) and more against it; a subject or practice that drops itself (« la part des femmes est
    tombée ») is against. Figures say so too: « passé de 118 à 61 g », « 17 contre 29 ». Null where no word
    says: a subject alone is no stance. -#}
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
    where kind not in {{ turning_kinds() }} and not exists (
      select 1 from known as longer
      where longer.text_id = known.text_id and longer.kind not in {{ turning_kinds() }} and longer.length > known.length
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
  ),
  figure as (
    select text_id, place, position, sentence, try_cast(case language when 'en' then replace(folded, ',', '')
        else replace(regexp_replace(folded, '[  ]', '', 'g'), ',', '.') end as double) as figure
    from kept where regexp_matches(folded, '^[0-9]')
  ),
  followed as (
    select *, lead(figure) over next_one as next_figure, lead(position) over next_one as next_position,
      lead(place) over next_one as next_place
    from figure
    -- a year is no quantity
    where figure is not null and not (figure between 1900 and 2100 and figure = floor(figure))
    window next_one as (partition by text_id, sentence order by place)
  ),
  compared as (
    select followed.text_id, followed.sentence, followed.position as starts, followed.next_position as ends,
      case when (followed.next_figure < followed.figure) = (joined.folded in ('a', 'to')) then 'fall' else 'rise' end as kind
    from followed
    join folded as joined on joined.text_id = followed.text_id and joined.place = followed.next_place - 1
    left join folded as opened on opened.text_id = followed.text_id and opened.place = followed.place - 1
    where followed.next_position - followed.position <= 6 and followed.next_figure <> followed.figure
      and (joined.folded in ('contre', 'against')
        -- « de 18 à 25 ans » is a range; « passé de 118 à 61 » is a change
        or joined.folded in ('a', 'to') and opened.folded in ('de', 'd', 'from') and exists (
          select 1 from known
          where known.text_id = followed.text_id and known.sentence = followed.sentence and known.kind in ('change', 'rise', 'fall', 'drop')))
    union all
    -- « moins 42 % », « 12 % de moins », not « au moins 12 »
    select figure.text_id, figure.sentence, figure.position, figure.position,
      case coalesce(later.folded, 'moins') when 'plus' then 'rise' else 'fall' end
    from figure
    left join folded as before on before.text_id = figure.text_id and before.place = figure.place - 1
    left join folded as first on first.text_id = figure.text_id and first.place = figure.place - 2
    left join folded as later on later.text_id = figure.text_id and later.place = figure.place + 2
    where before.folded = 'moins' and coalesce(first.folded, '') <> 'au' or later.folded in ('moins', 'plus')
  ),
  said as (
    select text_id, sentence, starts, ends, kind from known
    where kind in ('act', 'rise', 'fall', 'drop', 'setback') and not exists (
      select 1 from speaking as longer
      where longer.text_id = known.text_id and longer.length > known.length
        and longer.starts <= known.ends and longer.ends >= known.starts)
    union all
    select text_id, sentence, starts, ends, kind from compared
  ),
  stance as (
    -- « n'a pas baissé » rises, « aucune plainte » and « plaintes divisées par quatre » are good news
    select said.text_id, said.sentence, said.starts, said.ends,
      case
        when said.kind = 'setback' and (coalesce(bool_or(other.kind in ('denial', 'reversal', 'fall', 'drop')), false)) then 'act'
        when coalesce(bool_or(other.kind = 'denial'), false) then
          case said.kind when 'act' then 'setback' when 'fall' then 'rise' when 'drop' then 'rise' when 'rise' then 'fall' end
        else said.kind
      end as kind
    from said
    left join known as other on other.text_id = said.text_id and other.sentence = said.sentence
     and (other.kind = 'denial' and said.starts - other.ends between 1 and 2
       or said.kind = 'setback' and other.kind in ('reversal', 'fall', 'drop')
         and (said.starts - other.ends between 1 and 2 or other.starts - said.ends between 1 and 3))
    group by said.text_id, said.sentence, said.starts, said.ends, said.kind
  ),
  standing as (
    select speaking.text_id, speaking.starts, speaking.ends, speaking.kind,
      arg_min(stance.kind, greatest(stance.starts - speaking.ends, speaking.starts - stance.ends)) as stance,
      min(greatest(stance.starts - speaking.ends, speaking.starts - stance.ends)) as distance
    from (select distinct text_id, sentence, starts, ends, kind from speaking) as speaking
    join stance on stance.text_id = speaking.text_id and stance.sentence = speaking.sentence
     and (stance.starts > speaking.ends or stance.ends < speaking.starts)
     -- less of a subject may be for a goal or against it: it says nothing
     and (speaking.kind <> 'topic' or stance.kind <> 'fall')
    group by speaking.text_id, speaking.starts, speaking.ends, speaking.kind
  )
  select speaking.text_id, speaking.sdg_id, speaking.target, speaking.term, speaking.kind, speaking.weight,
    case
      when speaking.kind = 'harm' and (coalesce(turned.is_fought, false) or coalesce(turned.is_denied, false)) then 'positive'
      when speaking.kind = 'harm' and standing.stance in ('fall', 'drop') and standing.distance <= 4 then 'positive'
      when speaking.kind = 'harm' then 'negative'
      when speaking.kind = 'practice' and (coalesce(turned.is_denied, false) or standing.stance = 'drop' and standing.distance <= 3
        or standing.stance = 'setback' and standing.distance <= 4) then 'negative'
      when speaking.kind = 'practice' then 'positive'
      when standing.stance = 'setback' then 'negative'
      when speaking.kind = 'burden' and (standing.stance in ('act', 'fall', 'drop') or coalesce(turned.is_fought, false)) then 'positive'
      when speaking.kind = 'burden' and standing.stance = 'rise' then 'negative'
      when standing.stance = 'drop' and standing.distance <= 3 then 'negative'
      when standing.stance in ('act', 'rise') then 'positive'
    end as contribution,
    array_to_string(list_slice(written.words, speaking.place, speaking.last_place), ' ') as words, speaking.place, speaking.source
  from speaking
  join written on written.text_id = speaking.text_id
  left join turned on turned.text_id = speaking.text_id and turned.starts = speaking.starts and turned.ends = speaking.ends
  left join standing on standing.text_id = speaking.text_id and standing.starts = speaking.starts and standing.ends = speaking.ends
   and standing.kind = speaking.kind
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
