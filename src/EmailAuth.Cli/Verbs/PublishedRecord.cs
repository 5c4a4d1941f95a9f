using System.Text;
using EmailAuth.Cli.Input;
using EmailAuth.Cli.Output;
using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Cli.Verbs;

/// <summary>A record as DNS has it, and what is to be said of it.</summary>
/// <param name="Name">Where it was asked for.</param>
/// <param name="Text">What stands there; null if nothing does that could be judged.</param>
/// <param name="Report">Of what stands there, or of why nothing does.</param>
/// <param name="IsTransient">Whether DNS failed in a way that may pass.</param>
internal sealed record PublishedRecord(DomainName Name, string? Text, LintReport Report, bool IsTransient = false)
{
    /// <summary>RFC 6376 §3.6.2.1: the name of a key is SELECTOR._domainkey.DOMAIN.</summary>
    public static async Task<PublishedRecord> ReadKeyAsync(IDnsResolver resolver, string keyName, CancellationToken cancellationToken)
    {
        var name = ValueReader.Domain("--domain", keyName);
        var text = name.ToString();
        if (text.IndexOf("._domainkey.", StringComparison.Ordinal) < 1)
            throw new CommandLine.UsageException($"--domain: {PlainText.Quoted(keyName)} is no name of a key; right would be SELECTOR._domainkey.DOMAIN, such as s1._domainkey.example.com.");
        var answer = await resolver.QueryAsync(new DnsQuestion(name, DnsRecordType.TXT), cancellationToken).ConfigureAwait(false);
        var texts = Texts(answer);
        if (texts.Length == 0)
            return Missing(name, answer, "no signature can be verified with this key", "RFC 6376 §6.1.2");
        var record = texts.FirstOrDefault(static text => DkimKeyRecord.TryParse(text, out _)) ?? texts[0];
        var report = DkimKeyRecord.Lint(record);
        return new PublishedRecord(name, record, texts.Length == 1 ? report : report with
        {
            Diagnostics = report.Diagnostics.Insert(0, new Diagnostic(DiagnosticSeverity.Warning, 0,
                $"there are {texts.Length} TXT records at this name, and which of them a receiver takes is not defined; right would be one", "RFC 6376 §3.6.2.2")),
        });
    }

    /// <summary>RFC 9989 §4.10: of all TXT records at _dmarc.DOMAIN those that begin with v=DMARC1 count, and there must be one.</summary>
    public static async Task<PublishedRecord> ReadPolicyAsync(IDnsResolver resolver, string domain, CancellationToken cancellationToken)
    {
        const string prefix = "_dmarc.";
        var given = ValueReader.Domain("--domain", domain);
        var name = given.ToString().StartsWith(prefix, StringComparison.Ordinal) ? given : ValueReader.Domain("--domain", prefix + given);
        var answer = await resolver.QueryAsync(new DnsQuestion(name, DnsRecordType.TXT), cancellationToken).ConfigureAwait(false);
        var texts = Texts(answer);
        if (texts.Length == 0)
            return Missing(name, answer, "only a record of a domain above applies, if there is one", "RFC 9989 §4.10");
        string[] records = [.. texts.Where(static text => DmarcRecord.TryParse(Encoding.UTF8.GetBytes(text), out _))];
        if (records.Length > 1)
            return new PublishedRecord(name, null, NotUsable($"there are {records.Length} DMARC records at {name}, so that none of them counts; right would be one", "RFC 9989 §4.10"));
        var record = records is [var only] ? only : texts[0];
        return new PublishedRecord(name, record, DmarcRecord.Lint(record, name.Parent));
    }

    private static string[] Texts(DnsAnswer answer) =>
        [.. answer.Records.OfType<TxtRecord>().Select(static record => Encoding.UTF8.GetString(record.Octets.Span))];

    private static PublishedRecord Missing(DomainName name, DnsAnswer answer, string consequence, string section) => answer.Status switch
    {
        DnsStatus.NxDomain => new(name, null, NotUsable($"{name} does not exist, so that {consequence}", section)),
        var status when status.IsTransient() => new(name, null, NotUsable($"DNS did not tell what stands at {name}: {answer.Detail ?? status.ToString()}", section), IsTransient: true),
        _ => new(name, null, NotUsable($"there is no TXT record at {name}, so that {consequence}", section)),
    };

    private static LintReport NotUsable(string text, string section) => new(false, [new Diagnostic(DiagnosticSeverity.Error, 0, text, section)]);
}
