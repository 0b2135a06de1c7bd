/* SPDX-License-Identifier: MIT */
#pragma once

enum { ANSWER_STEP = 1 };
