/* SPDX-License-Identifier: Apache-2.0 */
/* What a process costs that does nothing; linked statically. */
int main(void)
{
    return 0;
}
