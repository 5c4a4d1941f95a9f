// Runs mailauth on what a test hands over. Arguments: what to do, the folder with node_modules, and for "verify" and "sign" the folder of messages.
// "spf", "arc" and "whole" read JSON from standard input and write JSON. Every look-up is answered from the input, and everything is asked in strict mode.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';

const [what, packages, folder] = process.argv.slice(2);
const { authenticate, dkimSign, dkimVerify, sealMessage, spf } = createRequire(path.join(packages, 'index.js'))('mailauth');

const failure = code => Object.assign(new Error(code), { code });

// Names to types to values; TIMEOUT stands for every type that the name has no records of.
const resolverOf = zone => {
    const zoneCuts = new Set(Object.keys(zone).flatMap(name => name.split('.').map((_, i, labels) => labels.slice(i).join('.'))));
    return async (asked, type) => {
        let name = asked.toLowerCase().replace(/\.$/, '');
        for (let hops = 0; hops < 10; hops++) {
            const types = zone[name];
            if (!types) throw failure(zoneCuts.has(name) ? 'ENODATA' : 'ENOTFOUND');
            if (types[type]?.length) return types[type].map(value => read(type, value));
            if (!types.CNAME) throw failure('TIMEOUT' in types ? 'ETIMEOUT' : 'ENODATA');
            name = types.CNAME[0];
        }
        throw failure('ESERVFAIL');
    };
};

const read = (type, value) => {
    if (type === 'TXT') return [value];
    if (type !== 'MX') return value;
    const [priority, exchange] = value.split(' ');
    return { priority: Number(priority), exchange };
};

// The fields of the new ARC set, each with its line end.
const sealOf = headers => headers.split(/(?<=\r\n)(?![ \t])/).filter(field => field.startsWith('ARC-')).join('');

const input = () => JSON.parse(fs.readFileSync(0, 'utf8'));

const keysOf = text => resolverOf(Object.fromEntries(text.split('\n').filter(Boolean).map(line => line.split('\t')).map(([name, record]) => [name, { TXT: [record] }])));

const messages = () => fs.readdirSync(folder).filter(file => file.endsWith('.eml')).sort().map(file => [file.slice(0, -4), fs.readFileSync(path.join(folder, file))]);

const tasks = {
    async spf() {
        const answers = [];
        for (const { client, helo, mail_from, zone } of input()) {
            const result = await spf({ ip: client, helo, sender: mail_from, mta: 'mx.example.org', resolver: resolverOf(zone), strict: true });
            answers.push([result.status.result, result.explanation ?? null]);
        }
        return JSON.stringify(answers);
    },

    async verify() {
        const resolver = keysOf(fs.readFileSync(path.join(folder, 'keys.txt'), 'utf8'));
        const lines = [];
        for (const [name, message] of messages()) {
            const { results } = await dkimVerify(message, { resolver, strict: true });
            lines.push(`${name}\t${results[0].status.result} ${results[0].status.comment ?? ''}\n`);
        }
        return lines.join('');
    },

    async sign() {
        for (const [name, message] of messages()) {
            for (const selector of ['rsa2048', 'ed25519']) {
                const privateKey = fs.readFileSync(path.join(folder, `${selector}.pem`));
                for (const canonicalization of ['simple/simple', 'simple/relaxed', 'relaxed/simple', 'relaxed/relaxed']) {
                    const { signatures, errors } = await dkimSign(message, {
                        canonicalization, strict: true, signTime: new Date(),
                        signatureData: [{ signingDomain: 'example.com', selector, privateKey }],
                    });
                    if (errors.length) throw errors[0].err;
                    fs.writeFileSync(path.join(folder, `${name}_${canonicalization.replace('/', '-')}_${selector}.signed`), Buffer.concat([Buffer.from(signatures), message]));
                }
            }
        }
        return '';
    },

    async arc() {
        const { key, record, jobs } = input();
        const resolver = async (_, type) => {
            if (type !== 'TXT') throw failure('ENODATA');
            return [[record]];
        };
        const answers = [];
        for (const job of jobs) {
            const message = Buffer.from(job.message, 'base64');
            const { arc, headers } = await authenticate(message, {
                ip: '192.0.2.1', helo: 'mx.example', sender: 'ann@example.com', mta: job.domain || 'mx.example', resolver, strict: true, disableDmarc: true, disableBimi: true,
                seal: job.do === 'seal' ? { signingDomain: job.domain, selector: 's', privateKey: key } : undefined,
            });
            answers.push(job.do === 'seal' ? Buffer.from(sealOf(headers)).toString('base64') : [arc.status.result, arc.status.comment ?? null]);
        }
        return JSON.stringify(answers);
    },

    async whole() {
        const answers = [];
        for (const { client, helo, mail_from, zone, message } of input()) {
            const result = await authenticate(Buffer.from(message, 'base64'), {
                ip: client, helo, sender: mail_from, mta: 'mx.example.org', resolver: resolverOf(zone), strict: true, disableBimi: true,
            });
            answers.push({
                spf: result.spf.status.result,
                dkim: result.dkim.results.filter(signature => signature.signingDomain).map(signature => `${signature.signingDomain}:${signature.status.result === 'pass' ? 'True' : 'False'}`),
                arc: result.arc?.status?.result ?? 'none',
                dmarc: result.dmarc ? result.dmarc.status.result : 'not',
                policy: result.dmarc?.policy ?? null,
                policyDomain: result.dmarc?.policyDomain ?? null,
                why: `${result.spf.status.comment} | ${result.dkim.results.map(signature => `${signature.status.result} ${signature.status.comment}`)} | ${result.arc?.status?.comment} | ${result.dmarcSkipReason ?? result.dmarc?.error}`,
            });
        }
        return JSON.stringify(answers);
    },
};

process.stdout.write(await tasks[what]());
