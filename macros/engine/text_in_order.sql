{#- An aggregate: a group's texts joined, in the order of these expressions. -#}
{% macro text_in_order(text, order) -%}
    {{- adapter.dispatch('text_in_order')(text, order) -}}
{%- endmacro %}

{% macro default__text_in_order(text, order) -%}
    string_agg({{ text }}, '' order by {{ order | join(', ') }})
{%- endmacro %}

{% macro spark__text_in_order(text, order) -%}
    array_join(
        transform(
            array_sort(collect_list(struct({{ order | join(', ') }}, {{ text }} as told))),
            entry -> entry.told
        ),
        ''
    )
{%- endmacro %}
