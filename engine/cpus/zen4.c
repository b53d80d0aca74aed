/* zen4.c - AMD family 25 (Zen 3 and Zen 4). 512-bit operations take two passes through a 256-bit pipe; vpdpbusd runs on
 * two pipes of four, vpermw on two (one of them shared), additions on all: look-ups do 1.5 times the multiply-adds of
 * vpdpbusd. */
#include "engine/cpus/cpus.h"

const struct bn_cpu_family bn_cpu_family_zen4 = {"zen4", "AuthenticAMD", 25, "lut3"};
