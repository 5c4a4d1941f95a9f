using System.Text;
using EmailAuth.Dmarc;
using EmailAuth.Dns;

namespace EmailAuth.Fuzz.Targets;

/// <summary>A DMARC policy record (RFC 9989 §4.7, §4.8): read, and judged by its linter.</summary>
internal sealed class DmarcRecordTarget : FuzzTarget
{
    private static readonly DomainName Domain = DomainName.Parse("example.com");

    public override string Name => "dmarc-record";

    protected override string[] SeedTexts =>
    [
        "v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=r; fo=1:d:s; rua=mailto:a@example.com!10m,mailto:b%2c@reports.example.net; ruf=mailto:c@example.com; psd=n; t=y",
        "v=DMARC1;p=none;pct=50;rf=afrf;ri=86400",
        "V = DMARC1 ; P = Reject ; x = y ; rua = https://example.com/r?x=y#z ;",
        "v=DMARC1; rua=mailto:a@example.com; p=bogus; sp=; ;; p=none",
    ];

    public override string[] Tokens =>
    [
        "v=DMARC1", ";", "; ", "=", ":", ",", "!", "%", "%2C", "@", " ", "\t", "\r\n", "p=", "sp=", "np=", "none", "quarantine", "reject", "adkim=", "aspf=", "r", "s", "fo=", "0", "1", "d", "rua=", "ruf=", "mailto:",
        "https://", "psd=", "y", "n", "u", "t=y", "pct=", "100", "101", "99999999999", "?subject=x", "!10m", "\0", "\xe4", "[192.0.2.1]", "\"",
    ];

    public override void Run(ReadOnlySpan<byte> input)
    {
        var octets = input.ToArray();
        var budget = new AllocationBudget(input.Length);
        var isRecord = DmarcRecord.TryParse(octets, out var record);
        budget.Check();
        var text = Encoding.Latin1.GetString(octets);
        var report = DmarcRecord.Lint(text, Domain);
        Promise.IsSound(report, Encoding.UTF8.GetByteCount(text));
        Promise.That(isRecord || !report.IsUsable);
        if (!isRecord)
            return;

        Promise.That(record!.Percentage is >= 0 and <= 100);
        Promise.That(record.AggregateReportUris.Length <= 100 && record.FailureReportUris.Length <= 100);
        Promise.That(record.IsUsable || record.AggregateReportUris.IsEmpty, "RFC 9989 §4.10.1: with a report address the policy is none at least");
        Promise.That(record.Policy is not null || (record.SubdomainPolicy is null && record.NonExistentSubdomainPolicy is null));
        Promise.That(System.Text.Ascii.IsValid(octets) is false || !report.IsUsable || record.IsUsable);
        Promise.That(!record.FailureReportUris.IsEmpty || record.FailureOptions == FailureReportOptions.None);
        var last = 0;
        foreach (var problem in record.Problems)
        {
            Promise.IsSound(problem, octets.Length);
            Promise.That(problem.Position >= last);
            last = problem.Position;
        }
        foreach (var uri in record.AggregateReportUris)
            Promise.IsPrintable(uri.Text);
        CheckSpaces(record, octets);
    }

    /// <summary>RFC 9989 §4.8: white space around a semicolon, and before an equals sign, has no meaning.</summary>
    private static void CheckSpaces(DmarcRecord record, byte[] octets)
    {
        var spaced = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(octets).Replace(";", " \t; ", StringComparison.Ordinal) + " ");
        Promise.That(DmarcRecord.TryParse(spaced, out var again));
        Promise.That((again.Policy, again.SubdomainPolicy, again.NonExistentSubdomainPolicy, again.DkimAlignment, again.SpfAlignment, again.PublicSuffix, again.IsTesting, again.Percentage, again.FailureOptions, again.TagCount)
            == (record.Policy, record.SubdomainPolicy, record.NonExistentSubdomainPolicy, record.DkimAlignment, record.SpfAlignment, record.PublicSuffix, record.IsTesting, record.Percentage, record.FailureOptions, record.TagCount));
        Promise.That(again.AggregateReportUris.Select(uri => uri.Text).SequenceEqual(record.AggregateReportUris.Select(uri => uri.Text)));
    }
}
