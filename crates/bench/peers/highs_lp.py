"""Solves the linear relaxation of a contact allocation with HiGHS.

Usage: highs_lp.py FOLDER SOLVER, where FOLDER holds little-endian arrays written by `rounds bench assign`:
cost, col_lower, col_upper, value, row_lower, row_upper (f64) and start, index (i32; columns, compressed).
Prints one line of JSON: objective and the seconds of the solver's run alone, without reading or building.
"""

import json
import pathlib
import sys
import time

import highspy
import numpy as np

folder, solver = pathlib.Path(sys.argv[1]), sys.argv[2]


def read(name, kind):
    return np.fromfile(folder / name, dtype=kind)


lp = highspy.HighsLp()
lp.col_cost_ = read("cost", "<f8")
lp.col_lower_ = read("col_lower", "<f8")
lp.col_upper_ = read("col_upper", "<f8")
lp.row_lower_ = read("row_lower", "<f8")
lp.row_upper_ = read("row_upper", "<f8")
lp.num_col_, lp.num_row_ = len(lp.col_cost_), len(lp.row_lower_)
lp.sense_ = highspy.ObjSense.kMaximize
lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
lp.a_matrix_.start_ = read("start", "<i4")
lp.a_matrix_.index_ = read("index", "<i4")
lp.a_matrix_.value_ = read("value", "<f8")

highs = highspy.Highs()
highs.setOptionValue("output_flag", False)
highs.setOptionValue("solver", solver)
highs.passModel(lp)
begin = time.perf_counter()
highs.run()
seconds = time.perf_counter() - begin
info = highs.getInfo()
print(
    json.dumps(
        {
            "objective": info.objective_function_value,
            "seconds": seconds,
            "status": highs.modelStatusToString(highs.getModelStatus()),
            "version": highs.version(),
        }
    )
)
