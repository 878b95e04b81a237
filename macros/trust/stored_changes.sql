{#- A feed of reference data in vault_rows: the changes in the history of its satellite. The ghost, which no
    drop brought, is left out. -#}
{% macro stored_changes(hash_key, history) %}
select
    record_source as feed,
    {{ change_row_key(hash_key, 'stored', 'valid_from_at') }} as row_hk,
    load_id
from {{ history }} as stored
where load_id > 0
{% endmacro %}
