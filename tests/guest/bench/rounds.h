/* SPDX-License-Identifier: MIT */
/* What the client (bench.c) and the server (server.c) of a measurement agree
 * on.
 *
 * Each round the client adds its steps to the four words, the server adds its
 * own, and the words travel on into the next round. So the words at the end
 * tell whether all four arrived both ways in every single round, at the price
 * of the one instruction a word that any program needs to fill it. */
#pragma once

enum {
    ROUNDS_LABEL = 7,
    ROUNDS_FAILED = 8,
    ROUNDS_WORDS = 4,

    CLIENT_STEP_0 = 1,
    CLIENT_STEP_1 = 20,
    CLIENT_STEP_2 = 300,
    CLIENT_STEP_3 = 1400,

    SERVER_STEP_0 = 5,
    SERVER_STEP_1 = 60,
    SERVER_STEP_2 = 700,
    SERVER_STEP_3 = -800,
};
