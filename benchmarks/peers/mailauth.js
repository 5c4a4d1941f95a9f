'use strict';

// node mailauth.js dkim|verdict RECORDS SECONDS MESSAGE…, or spf RECORDS SECONDS: mailauth, one operation again and again.
//
// Kept: the octets of the messages, and the text of each DNS record. Done each time, since mailauth keeps nothing from one call to the next: the message is
// gone through, each key record is read and its key imported, SPF and DMARC records are read. BIMI is switched off: EmailAuth has none.

const fs = require('node:fs');
const path = require('node:path');
const { authenticate, dkimVerify, spf } = require('mailauth');

const WARM_UP_NS = 3e9;
const BATCH_NS = 5e6;

const [mode, recordsFile, seconds, ...files] = process.argv.slice(2);
const session = { ip: '203.0.113.77', helo: 'out-7.provider.example', sender: 'bounce-4711@news.example.com', mta: 'mx.example.net' };

const records = new Map(
    fs.readFileSync(recordsFile, 'latin1').split('\n').filter(Boolean).map(line => line.split('\t'))
);

// Answers as Node's own resolver gives them: a list of strings for each TXT record, and an error with a code where there is nothing.
const resolver = async (name, type) => {
    const text = type === 'TXT' ? records.get(name.toLowerCase()) : undefined;
    if (text === undefined) {
        throw Object.assign(new Error(`query${type} ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
    }
    return [[text]];
};

const allPass = dkim => dkim.results.length > 0 && dkim.results.every(result => result.status.result === 'pass');

const operations = {
    dkim: async message => (allPass(await dkimVerify(message, { resolver })) ? 'pass' : 'fail'),
    verdict: async message => {
        const { dkim, spf, dmarc, headers } = await authenticate(message, { ...session, resolver, disableBimi: true });
        return allPass(dkim) && spf.status.result === 'pass' && dmarc.status.result === 'pass' && headers ? 'pass' : 'fail';
    },
    spf: async () => (await spf({ ...session, resolver })).status.result
};

const cpuNanoseconds = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) * 1_000;
};

const main = async () => {
    const operation = operations[mode];
    const subjects = mode === 'spf'
        ? [{ name: 'spf-5-includes' }]
        : files.map(file => ({ name: path.basename(file, '.eml'), message: fs.readFileSync(file) }));

    for (const end = cpuNanoseconds() + WARM_UP_NS; cpuNanoseconds() < end; ) {
        for (const { message } of subjects) {
            await operation(message);
        }
    }

    for (const { name, message } of subjects) {
        const before = cpuNanoseconds();
        let verdict = await operation(message);
        const batch = Math.max(1, Math.floor(BATCH_NS / (cpuNanoseconds() - before)));

        const started = cpuNanoseconds();
        let ops = 0;
        let used;
        do {
            for (let i = 0; i < batch; i++) {
                verdict = await operation(message);
            }
            ops += batch;
            used = cpuNanoseconds() - started;
        } while (used < seconds * 1e9);

        console.log(JSON.stringify({ peer: 'mailauth', message: name, ops, cpu_ns_per_op: Math.round(used / ops), verdict }));
    }
};

main();
