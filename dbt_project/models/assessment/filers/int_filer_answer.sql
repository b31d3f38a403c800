-- Each rule asked of each company and fiscal year that it may hold for. `is_bound` is true, false, or null where a fact that decides is
-- missing: SQL's three-valued logic is the law's here (a company of 2,000 employees and 200 M€ is bound whatever its balance sheet
-- says, one in the form of a SAS is not, whatever its size). missing_fact names what is not known and could still change the answer.
-- Which rule is asked follows from the day on which the fiscal year opened. Versions of a rule that have been or will be law
-- are asked too; the mart takes those that are law on its day.
with asked as (
  select facts.siren, facts.fiscal_year_start, facts.legal_form, facts.is_listed, facts.is_public_interest, facts.employees_low, rule.*,
    case when rule.scope = 'group' or rule.scope = 'consolidated' and facts.is_consolidating then facts.group_turnover
      else facts.company_turnover end as turnover,
    case when rule.scope = 'group' or rule.scope = 'consolidated' and facts.is_consolidating then facts.group_balance
      else facts.company_balance end as balance,
    -- a group may have more employees than the company that heads it
    case when rule.scope = 'group' or rule.scope = 'consolidated' and facts.is_consolidating then null else facts.employees_high end
      as employees_high,
    -- only who draws up consolidated accounts is known to head a group
    case when rule.scope = 'group' and not facts.is_consolidating then null else true end as is_group_known
  from {{ ref('int_filer_fact') }} as facts
  join {{ ref('filing_rules') }} as rule
    on facts.fiscal_year_start >= rule.opens_from and coalesce(facts.fiscal_year_start < rule.opens_before, true)
),
answered as (
  select *,
    regexp_matches(legal_form, '^(' || legal_forms || ')') or case when admits_public_interest then is_public_interest else false end
      as is_form,
    case listing when 'listed' then is_listed when 'listed_or_public_interest' then is_listed or is_public_interest else true end
      as is_status,
    case when employees_over is null or employees_low > employees_over then true when employees_high <= employees_over then false end
      as is_staff,
    case when employees_low > large_employees_over then true when employees_high <= large_employees_over then false end as is_large_staff,
    balance > balance_over as is_balance, turnover > turnover_over as is_turnover
  from asked
),
sized as (
  select *,
    case test when 'one_of_two' then is_balance or is_turnover
      when 'two_of_three' then is_large_staff and is_balance or is_large_staff and is_turnover or is_balance and is_turnover
      else is_turnover end as is_size
  from answered
),
ruled as (
  select *, is_form and is_status and is_staff and is_size and is_group_known as is_reached from sized
),
before as (
  -- a rule that goes before another: bound by that one is not bound by this one
  select ruled.siren, ruled.fiscal_year_start, ruled.rule_id,
    case when bool_or(other.is_reached) then true when count(*) > count(other.is_reached) then null else false end as is_taken,
    string_agg(distinct case when other.is_reached is null and other.is_status is null then 'listing' end, ',') as missing
  from ruled
  join ruled as other on other.siren = ruled.siren and other.fiscal_year_start = ruled.fiscal_year_start
   and list_contains(string_split(ruled.unless_rule, ','), other.rule_id)
  group by all
)
select ruled.siren, ruled.fiscal_year_start, ruled.regime, ruled.rule_id, ruled.law, ruled.law_from, ruled.law_until,
  ruled.scope, ruled.article,
  ruled.is_reached and not coalesce(before.is_taken, case when before.rule_id is null then false end) as is_bound,
  case when (ruled.is_reached and not coalesce(before.is_taken, case when before.rule_id is null then false end)) is null then
    list_filter([
      case when ruled.is_form is null then case when ruled.legal_form is null then 'legal_form' else 'public_interest' end end,
      case when ruled.is_status is null or ruled.is_reached and before.missing is not null then 'listing' end,
      case when ruled.is_staff is null or ruled.is_size is null and ruled.test = 'two_of_three' and ruled.is_large_staff is null
        then 'employees' end,
      case when ruled.is_size is null and ruled.is_balance is null and ruled.balance_over is not null then 'balance_sheet' end,
      case when ruled.is_size is null and ruled.is_turnover is null then 'turnover' end,
      case when ruled.is_group_known is null then 'group' end
    ], lambda fact: fact is not null)
  end as missing_facts
from ruled
left join before on before.siren = ruled.siren and before.fiscal_year_start = ruled.fiscal_year_start and before.rule_id = ruled.rule_id
