/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay.c - gives the files of a folder to a fuzz target, one after the other: the corpus as a regression
 * test for compilers without libFuzzer. NAME_replay FOLDER; it fails if there is no file.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return -1;
    size_t room = 1u << 20;
    uint8_t *whole = malloc(room);
    size_t size = whole ? fread(whole, 1, room, f) : 0;
    /* Exactly as large as the contents, so that a read behind the end is seen by a sanitizer. */
    uint8_t *data = whole ? realloc(whole, size ? size : 1) : NULL;
    int err = data && !ferror(f) ? 0 : -1;
    fclose(f);
    if (!err)
        LLVMFuzzerTestOneInput(data, size);
    free(data ? data : whole);
    return err;
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    unsigned count = 0;
    if (!folder) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
        fprintf(stderr, "%s\n", path); /* the one that does not come back is the last one named */
        if (replay(path) != 0) {
            perror(path);
            return 1;
        }
        count++;
    }
    closedir(folder);
    printf("%u inputs\n", count);
    return count ? 0 : 1;
}
