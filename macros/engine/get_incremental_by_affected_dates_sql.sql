{#- The incremental strategy by_affected_dates: delete every affected date, then insert what it
    holds now. Unlike delete+insert it also clears a date whose rows have all gone. A model whose rows
    look back over other dates says in meta, days_after, how many dates an affected one reaches. -#}
{% macro get_incremental_by_affected_dates_sql(arg_dict) %}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ arg_dict['target_relation'] }} where {{
        in_affected_dates('broadcast_date', days_after=config.get('meta', {}).get('days_after', 0))
    }};
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    (select {{ columns }} from {{ arg_dict['temp_relation'] }})
{% endmacro %}
