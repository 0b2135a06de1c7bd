/* SPDX-License-Identifier: MIT */
/* The two calls that all of proto/file.h goes through. */
#include <proto/file.h>

int
path_call(struct file *root, struct message *m, uint64_t lease, void *window,
          uint64_t bytes)
{
    m->words[FILE_SEQUENCE] = ++root->sequence;
    if (call_retry(root->server, m, lease, window, bytes) != OK ||
        message_label(m) != FILE_DONE)
        return EIO;
    return (int)m->words[0];
}

int
file_call(struct file *file, struct message *m, uint64_t lease, void *window,
          uint64_t bytes)
{
    m->words[FILE_NUMBER] = file->number;
    return path_call(file, m, lease, window, bytes);
}
