/*
 * opendkim RECORDS SECONDS MESSAGE...: libopendkim verifies the signature of a message again and again, called as the milter opendkim calls it.
 *
 * Kept: the library's handle, the octets of the messages, and the text of each key record. Done each time, since libopendkim keeps nothing from one
 * message to the next: the message is gone through, the key record is read and OpenSSL loads its key.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <dkim.h>

enum { MAX_RECORDS = 64, MAX_MESSAGE = 1 << 20, BATCH = 16 };

static const double WARM_UP_SECONDS = 0.2;

static struct { char *name, *text; } records[MAX_RECORDS];
static int record_count;

static void read_records(const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;

	if (file == NULL)
		err(1, "%s", path);
	while (record_count < MAX_RECORDS && getline(&line, &size, file) > 0) {
		records[record_count].name = strdup(strtok(line, "\t"));
		records[record_count++].text = strdup(strtok(NULL, "\n"));
	}
	free(line);
	fclose(file);
}

static unsigned char *read_message(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	unsigned char *octets = malloc(MAX_MESSAGE);
	if (file == NULL || octets == NULL || (*length = fread(octets, 1, MAX_MESSAGE, file)) == 0)
		err(1, "%s", path);
	fclose(file);
	return octets;
}

static DKIM_CBSTAT look_up(DKIM *dkim, DKIM_SIGINFO *signature, unsigned char *buffer, size_t size)
{
	char name[512];
	(void)dkim;
	snprintf(name, sizeof name, "%s._domainkey.%s", dkim_sig_getselector(signature), dkim_sig_getdomain(signature));
	for (int i = 0; i < record_count; i++) {
		if (strcmp(records[i].name, name) == 0) {
			snprintf((char *)buffer, size, "%s", records[i].text);
			return DKIM_CBSTAT_CONTINUE;
		}
	}
	return DKIM_CBSTAT_NOTFOUND;
}

static bool verify(DKIM_LIB *library, unsigned char *message, size_t length)
{
	DKIM_STAT status;
	DKIM *dkim = dkim_verify(library, (const unsigned char *)"message", NULL, &status);
	bool is_pass = dkim != NULL
		&& dkim_chunk(dkim, message, length) == DKIM_STAT_OK && dkim_chunk(dkim, NULL, 0) == DKIM_STAT_OK
		&& dkim_eom(dkim, NULL) == DKIM_STAT_OK;

	if (dkim != NULL)
		dkim_free(dkim);
	return is_pass;
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void measure(DKIM_LIB *library, const char *path, double seconds)
{
	const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
	size_t length;
	unsigned char *message = read_message(path, &length);
	bool is_pass = true;
	long ops = 0;
	double started = cpu_seconds(), used;

	while (cpu_seconds() - started < WARM_UP_SECONDS)
		verify(library, message, length);
	started = cpu_seconds();
	do {
		for (int run = 0; run < BATCH; run++)
			is_pass &= verify(library, message, length);
		ops += BATCH;
		used = cpu_seconds() - started;
	} while (used < seconds);
	printf("{\"peer\":\"opendkim\",\"message\":\"%.*s\",\"ops\":%ld,\"cpu_ns_per_op\":%.0f,\"verdict\":\"%s\"}\n",
		(int)strcspn(name, "."), name, ops, used / ops * 1e9, is_pass ? "pass" : "fail");
	free(message);
}

int main(int argc, char **argv)
{
	DKIM_LIB *library = dkim_init(NULL, NULL);

	if (library == NULL || argc < 4)
		return 2;
	dkim_set_key_lookup(library, look_up);
	read_records(argv[1]);
	for (int i = 3; i < argc; i++)
		measure(library, argv[i], atof(argv[2]));
	dkim_close(library);
	return 0;
}
