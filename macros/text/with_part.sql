{#- The query that gives the rows of a staging CTE a part of longer keys: `<name>`, the cleaned text of one of
    their columns, and `<name>_part`, that as hash_of_parts takes it. -#}
{% macro with_part(rows, source, text, name) %}
    {%- call(texts) once_for_each_text(rows, source, text) %}
select
    *,
    {{ key_part(name) }} as {{ name }}_part
from (select *, {{ clean_text(text) }} as {{ name }} from {{ texts }}) as cleaned
    {%- endcall %}
{% endmacro %}
