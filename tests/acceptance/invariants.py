"""What always holds of ratings, as names of the dbt tests that say so."""

MARTS = ("daily", "daypart", "target", "period")
INVARIANTS = {
    *(f"channel_ratings_{mart}_average_audience_identity" for mart in MARTS),
    *(f"channel_ratings_{mart}_longer_reach_is_smaller" for mart in MARTS),
    "programme_ratings_average_audience_identity",
    "programme_ratings_longer_reach_is_smaller",
    "shares_sum_to_100_channel_ratings_daily_broadcast_date",
    "shares_sum_to_100_channel_ratings_daypart_broadcast_date__daypart",
    "shares_sum_to_100_channel_ratings_target_broadcast_date__target",
    "shares_sum_to_100_channel_ratings_period_period__first_date",
    "no_viewer_exceeds_the_length_of_a_day",
    "audiences_of_a_partition_add_up",
    "universes_of_a_partition_add_up",
    "the_target_all_is_everybody",
    "a_period_has_its_dates_viewers_once",
}
