{#- The columns of viewing_interval that tell whose stays never overlap: a viewer's; under overlap_rule
    device those of a viewer on one device, or, where no device is named, on one channel. -#}
{% macro stays_that_compete() -%}
    viewer_hk
    {%- if var('overlap_rule') == 'device' -%}
        , device_hk, case when device_hk = {{ zero_key() }} then channel_hk end
    {%- endif -%}
{%- endmacro %}
