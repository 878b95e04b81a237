{#- A feed of events in vault_rows: the events of its event link. -#}
{% macro stored_events(hash_key, event_link) %}
select
    record_source as feed,
    {{ hash_key }} as row_hk,
    load_id
from {{ event_link }}
{% endmacro %}
