"""Lines of the table that are tested where their servers and bounds are, as node ids.

A file may be named by a pattern.
"""

FOLDER, S3, SFTP = (f"stores/test_{name}_*.py" for name in ("folder", "s3", "sftp"))
FETCHING = "stores/test_fetching.py"
ELSEWHERE: dict[str, list[str]] = {
    "JSON record of more than 64 MiB": [
        "test_broken_input.py::test_a_record_beyond_the_bound_fails_the_drop"
    ],
    "block of more than 128 MiB, packed or not": [
        "test_avro_files.py::test_a_block_beyond_the_bound_is_refused"
    ],
    "array that would take more than 1 GiB of memory": [
        "test_avro_files.py::test_arrays_that_would_fill_the_memory_are_refused"
    ],
    "drop whose path has no date, or two, where its contract has `effectiveAt: file_name`": [
        "test_effect.py::test_a_drop_whose_name_has_no_date_fails_and_the_others_go_on",
    ],
    "source that isn't there": [
        "test_loading.py::test_a_source_that_cannot_be_is_refused",
        f"{SFTP}::test_nothing_there_is_told",
        f"{S3}::test_no_credentials_no_bucket_and_no_server_are_told",
    ],
    "no credentials, or some that aren't let in": [
        f"{S3}::test_no_credentials_no_bucket_and_no_server_are_told",
        f"{S3}::test_a_signing_server_refuses_a_wrong_secret",
        f"{SFTP}::test_who_is_not_let_in_is_told_what_was_tried",
    ],
    "password in the source's URL": [
        f"{SFTP}::test_a_password_in_the_url_is_refused_and_not_repeated"
    ],
    "SFTP host that isn't in `known_hosts`": [
        f"{SFTP}::test_an_unknown_host_is_told_and_how_to_add_it"
    ],
    "SFTP host with another key than `known_hosts` has, or a revoked one": [
        f"{SFTP}::test_a_changed_host_key_is_told_and_how_to_replace_it",
        f"{SFTP}::test_a_revoked_host_key_is_refused",
        f"{SFTP}::test_a_host_whose_key_changes_while_drops_are_fetched_gives_no_more",
    ],
    "folder that can't be read, link to nothing, pipe or socket": [
        f"{FOLDER}::test_a_folder_that_cannot_be_read_is_told",
        f"{FOLDER}::test_nothing_that_is_no_file_makes_it_hang",
        f"{SFTP}::test_a_folder_that_cannot_be_read_is_told",
        f"{SFTP}::test_links_are_followed_once_and_what_is_no_file_is_told",
    ],
    "file that is still being written": [
        f"{FOLDER}::test_a_file_that_is_being_written_is_left_alone",
        f"{SFTP}::test_a_file_that_is_being_written_is_left_alone_whatever_the_clocks_say",
    ],
    "file that changes after it was listed, or while it is read": [
        "test_loading.py::test_a_file_that_changes_while_it_is_read_fails",
        f"{FOLDER}::test_a_file_that_changes_is_refused_before_and_after",
        f"{SFTP}::test_a_file_that_grew_shrank_or_went_is_refused",
        f"{SFTP}::test_a_file_that_grows_while_it_is_read_is_refused",
        f"{SFTP}::test_a_file_that_changes_between_two_tries_is_refused",
    ],
    "S3 object that is replaced after it was listed": [
        f"{S3}::test_an_object_replaced_after_it_was_listed_is_refused",
        f"{S3}::test_an_object_replaced_between_two_tries_is_refused",
        f"{S3}::test_a_server_that_ignores_conditions_gives_no_other_object",
    ],
    "drop that is gone, may not be read, or is in an archive tier": [
        f"{S3}::test_a_refusal_of_one_object_is_that_drops",
        f"{SFTP}::test_a_file_that_grew_shrank_or_went_is_refused",
    ],
    "fetched size that isn't the listed one": [
        f"{FETCHING}::test_another_size_than_listed_is_never_handed_on",
        f"{S3}::test_another_length_than_listed_is_refused",
        f"{S3}::test_a_server_that_announces_less_than_it_listed_is_refused",
    ],
    "S3 content that isn't what its checksum says": [
        f"{S3}::test_a_flipped_bit_is_noticed_by_the_checksum"
    ],
    "transfer that breaks off or stalls, busy server (503)": [
        f"{FETCHING}::test_a_transport_fault_is_tried_again",
        f"{FETCHING}::test_a_fault_that_stays_is_reported_and_the_next_one_has_its_turn",
        f"{S3}::test_a_transfer_that_breaks_off_goes_on_where_it_was",
        f"{S3}::test_a_busy_server_is_asked_again",
        f"{S3}::test_a_server_that_stays_busy_is_told",
        f"{SFTP}::test_a_transfer_that_breaks_off_goes_on_where_it_was",
        f"{SFTP}::test_a_transfer_that_always_breaks_off_fails_and_the_next_is_fetched",
    ],
    "no room for temporary files": [
        f"{FETCHING}::test_a_fault_that_stays_is_reported_and_the_next_one_has_its_turn",
        "../../unit/ingest/test_unpacking.py::test_a_full_disk_is_told",
    ],
    "loaded drop that can't be moved to the archive": [
        "test_operating.py::test_a_drop_that_cannot_be_archived_is_loaded_and_told"
    ],
}
