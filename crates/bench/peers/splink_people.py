"""Splink on the historical people with its tutorial's settings: splink_people.py FILE THREADS, one JSON line.

The truth (`cluster`) is dropped before Splink sees the table, and read again to judge its pairs.
"""

import json
import logging
import sys
import time

import duckdb
import pandas as pd
import splink
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

logging.disable(logging.CRITICAL)

BLOCKING = [
    block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
    block_on("surname", "dob"),
    block_on("first_name", "dob"),
    block_on("postcode_fake", "first_name"),
    block_on("postcode_fake", "surname"),
    block_on("dob", "birth_place"),
    block_on("substr(postcode_fake,1,3)", "dob"),
    block_on("substr(postcode_fake,1,3)", "first_name"),
    block_on("substr(postcode_fake,1,3)", "surname"),
    block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
]


def settings():
    return SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=BLOCKING,
        comparisons=[
            cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="first_and_surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake"),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
        retain_intermediate_calculation_columns=False,
    )


def main():
    file, threads = sys.argv[1], int(sys.argv[2])
    people = pd.read_parquet(file)
    truth = people.set_index("unique_id")["cluster"]
    people = people.drop(columns=["cluster"])
    connection = duckdb.connect()
    connection.execute(f"SET threads TO {threads}")
    begin, cpu = time.perf_counter(), time.process_time()
    linker = Linker(DuckDBAPI(connection=connection).register(people), settings())
    linker.training.estimate_probability_two_random_records_match(
        [
            "l.first_name = r.first_name and levenshtein(r.dob, l.dob) <= 1",
            "l.surname = r.surname and levenshtein(r.dob, l.dob) <= 1",
            "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
        ],
        recall=0.6,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "surname"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("dob"))
    predictions = linker.inference.predict(threshold_match_probability=0.5)
    pairs = predictions.as_pandas_dataframe()
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    left, right = truth.loc[pairs["unique_id_l"]].to_numpy(), truth.loc[pairs["unique_id_r"]].to_numpy()
    hit = int((left == right).sum())
    sizes = truth.value_counts()
    wanted = int((sizes * (sizes - 1) // 2).sum())
    precision, recall = hit / max(len(pairs), 1), hit / wanted
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_probability=0.5).as_pandas_dataframe()
    def pair_count(groups):
        return int((groups * (groups - 1) // 2).sum())

    column = clusters["cluster_id"]
    both = pd.DataFrame({"c": column.to_numpy(), "t": truth.loc[clusters["unique_id"]].to_numpy()}).value_counts()
    p2, r2 = pair_count(both) / max(pair_count(column.value_counts()), 1), pair_count(both) / wanted

    def f1(p, r):
        return 2 * p * r / max(p + r, 1e-12)

    print(json.dumps({
        "version": splink.__version__, "seconds": seconds, "cpu_seconds": cpu, "pairs": len(pairs), "precision": precision, "recall": recall, "f1": f1(precision, recall),
        "clustered_precision": p2, "clustered_recall": r2, "clustered_f1": f1(p2, r2),
    }))


main()
