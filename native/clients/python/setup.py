# SPDX-License-Identifier: Apache-2.0
"""Builds the fast path where there is a C compiler; without one, the package is pure Python."""
from setuptools import Extension, setup

setup(ext_modules=[Extension("tickbus._native", ["tickbus/_native.c"], include_dirs=["../../include"], optional=True)])
