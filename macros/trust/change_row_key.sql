{#- What reconciliation tells rows of reference data apart by: of which key each speaks, since when, and
    what it says. -#}
{% macro change_row_key(key, table, since) -%}
    {{ hash_key([
        'cast(' ~ table ~ '.' ~ key ~ ' as ' ~ type_string() ~ ')',
        instant_text(table ~ '.' ~ since),
        'cast(' ~ table ~ '.change_hash as ' ~ type_string() ~ ')',
    ]) }}
{%- endmacro %}
