{#- The query that gives the rows of a staging CTE a business key: `<entity>_id`, the cleaned text of one of
    their columns unless said otherwise, `<entity>_part`, that as a part of longer keys, and its hash key
    `<entity>_hk`. -#}
{% macro with_key(rows, source, text, entity, id=none) %}
    {%- call(texts) once_for_each_text(rows, source, text) %}
select
    *,
    {{ key_part(entity ~ '_id') }} as {{ entity }}_part,
    {{ hash_key([entity ~ '_id']) }} as {{ entity }}_hk
from (select *, {{ id or clean_text(text) }} as {{ entity }}_id from {{ texts }}) as cleaned
    {%- endcall %}
{% endmacro %}
