{#- A number of floating point, not negative, to so many decimals as a decimal, so that sums don't depend on the order of
    rows. By arithmetic that every engine does alike: their own casts round halves each in their way. -#}
{% macro rounded(number, digits) -%}
    (
        cast(floor({{ number }} * 1{{ '0' * digits }} + 0.5) as decimal(25, 0))
        * 0.{{ '0' * (digits - 1) }}1
    )
{%- endmacro %}
