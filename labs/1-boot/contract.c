/* SPDX-License-Identifier: MIT */
/* The names and types that this lab fixes. Compiled with the headers of the
 * kernel under test; it makes no code, only errors that say what has moved. */
#include "frame.h"
#include "log.h"
#include "space.h"
#include "sv39.h"

#define CONTRACT(function, ...)                                                \
    _Static_assert(                                                            \
        __builtin_types_compatible_p(__typeof__(function), __VA_ARGS__),       \
        #function " no longer has the type that lab 1 fixes: " #__VA_ARGS__)

CONTRACT(log_number, void(uint64_t, unsigned, unsigned));
CONTRACT(frame_alloc, paddr_t(unsigned));
CONTRACT(frame_free, void(paddr_t, unsigned));
CONTRACT(sv39_walk, pte_t *(pte_t *, vaddr_t, unsigned));
CONTRACT(space_map, err_t(struct space *, struct payer *, vaddr_t, paddr_t,
                          unsigned, uint64_t, unsigned));
CONTRACT(space_unmap, void(struct space *, vaddr_t, unsigned));
CONTRACT(kernel_map,
         void(pte_t *, vaddr_t, paddr_t, uint64_t, uint64_t, paddr_t *));
CONTRACT(space_copy, uint64_t(const struct space *, vaddr_t,
                              const struct space *, vaddr_t, uint64_t));
CONTRACT(space_free_step, bool(struct space *, struct payer *));
