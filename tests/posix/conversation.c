/* SPDX-License-Identifier: MIT */
/* Talks with whoever is at the terminal: prompts without a newline come before
 * it waits for the answer. */
#include <stdio.h>
#include <string.h>

int
main(void)
{
    char name[40];
    int a, b, c;

    printf("name? ");
    if (!fgets(name, sizeof(name), stdin))
        return 1;
    name[strcspn(name, "\n")] = '\0';
    printf("two numbers, %s? ", name);
    while (scanf("%d %d", &a, &b) != 2) {
        while ((c = getchar()) != '\n' && c != EOF)
            ;
        if (c == EOF)
            return 2;
        fprintf(stderr, "numbers! ");
    }
    printf("%d\n", a + b);
    c = getchar();
    if (c != '\n' || ungetc('x', stdin) != 'x' || getchar() != 'x')
        return 3;
    for (a = 0; (c = getc(stdin)) != EOF; a++)
        if (c == '\n')
            printf("[%d]\n", a);
    return 0;
}
