using EmailAuth.Dns;
using EmailAuth.Syntax;

namespace EmailAuth.Dmarc;

/// <summary>What the owner of a record would want to know, beyond what receivers refuse in it.</summary>
internal ref struct DmarcRecordLinter
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly DomainName? _publishedAt;
    private readonly DmarcLimits _limits;
    private readonly List<Diagnostic> _found = [];

    private DmarcRecordLinter(ReadOnlySpan<byte> text, DomainName? publishedAt, DmarcLimits limits)
    {
        _text = text;
        _publishedAt = publishedAt;
        _limits = limits;
    }

    public static LintReport Check(byte[] text, DomainName? publishedAt, DmarcLimits limits)
    {
        if (DmarcRecordReader.Read(text) is not { } record)
            return new LintReport(false, [new Diagnostic(DiagnosticSeverity.Error, 0, NoVersionText(text), "RFC 9989 §4.7")]);
        var linter = new DmarcRecordLinter(text, publishedAt, limits);
        linter._found.AddRange(record.Problems);
        var isUsable = linter.CheckSize(record) & linter.CheckUse(record);
        linter.CheckTags();
        linter.CheckPolicies(record);
        linter.CheckReports(record);
        // Stable, so that what is said of one place stays in the order in which it was found.
        return new LintReport(isUsable, [.. linter._found.OrderBy(static diagnostic => diagnostic.Position)]);
    }

    private static string NoVersionText(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && Octets.IsWsp(text[0]) && DmarcRecordReader.TryReadVersion(text.TrimWsp(), out _))
            return "there is white space before \"v=DMARC1\", so receivers see no DMARC record; right would be none";
        return text.TrimWsp().StartsWithIgnoreCase("v=DMARC1"u8)
            ? "the record does not begin with exactly \"v=DMARC1\", in upper case, and then \";\" or its end, so receivers see no DMARC record"
            : "the record does not begin with \"v=DMARC1\", so receivers see no DMARC record";
    }

    private readonly bool CheckSize(DmarcRecord record)
    {
        if (record.TagCount > _limits.MaxTags)
            Add(DiagnosticSeverity.Error, 0, $"the record has {record.TagCount} tags; receivers may ignore it beyond {_limits.MaxTags}", "RFC 9989 §4.7");
        if (_text.Length > _limits.MaxRecordBytes)
            Add(DiagnosticSeverity.Error, _limits.MaxRecordBytes, $"the record has {_text.Length} octets; receivers may ignore it beyond {_limits.MaxRecordBytes}", "RFC 9989 §4.5");
        else if (_text.Length > 450)
            Add(DiagnosticSeverity.Warning, 450, $"the record has {_text.Length} octets; an answer that does not fit 512 octets fails where DNS over TCP is blocked", "RFC 9989 §4.5");
        else if (_text.Length > 255)
            Add(DiagnosticSeverity.Info, 255, "the record is longer than one string of a TXT record holds; publish it as several strings of at most 255 octets", "RFC 9989 §4.5");
        return record.TagCount <= _limits.MaxTags && _text.Length <= _limits.MaxRecordBytes;
    }

    private readonly bool CheckUse(DmarcRecord record)
    {
        var isRead = TryFind(DmarcTag.P, out _, out _);
        if (!record.IsUsable)
            Add(DiagnosticSeverity.Error, 0, "the record has no valid policy and no valid address in rua, so receivers apply no DMARC at all; right would be p=none, p=quarantine or p=reject", "RFC 9989 §4.10.1");
        else if (!isRead)
            Add(DiagnosticSeverity.Warning, 0, "there is no tag p, so receivers act as if p=none stood here; right would be to say so", "RFC 9989 §4.7");
        return record.IsUsable;
    }

    /// <summary>Each tag by its name: removed, unknown, in the wrong case.</summary>
    private readonly void CheckTags()
    {
        DmarcRecordReader.TryReadVersion(_text, out var at);
        while (at < _text.Length)
        {
            var start = ++at;
            var length = _text[start..].IndexOf((byte)';');
            at = length < 0 ? _text.Length : start + length;
            var tag = _text[start..at];
            var equals = tag.IndexOf((byte)'=');
            if (equals < 0)
                continue;
            var name = tag[..equals].TrimWsp();
            var position = start + tag.Length - tag.TrimStart(" \t"u8).Length;
            if (!DmarcTags.TryIdentify(name, out var kind))
            {
                if (!name.IsEmpty)
                    Add(DiagnosticSeverity.Warning, position, $"the tag \"{Octets.ToPrintable(name, 30)}\" is not registered, so receivers ignore it", "RFC 9989 §9.3");
                continue;
            }
            if (kind is DmarcTag.Pct or DmarcTag.Rf or DmarcTag.Ri)
                Add(DiagnosticSeverity.Warning, position, RemovedText(kind), "RFC 9989 §9.3");
            if (name.IndexOfAnyInRange((byte)'A', (byte)'Z') >= 0)
                Add(DiagnosticSeverity.Warning, position, $"some receivers know the tag \"{Octets.ToPrintable(name)}\" in lower case only", "RFC 9989 §4.8");
        }
    }

    private static string RemovedText(DmarcTag tag) => tag switch
    {
        DmarcTag.Pct => "pct has been removed, and receivers ignore it; to test a policy, use t=y",
        DmarcTag.Rf => "rf has been removed, and receivers ignore it: failure reports have one format",
        _ => "ri has been removed, and receivers ignore it: aggregate reports come at least daily",
    };

    private readonly void CheckPolicies(DmarcRecord record)
    {
        if (record.IsTesting && record is { Policy: DmarcPolicy.None, SubdomainPolicy: null or DmarcPolicy.None, NonExistentSubdomainPolicy: null or DmarcPolicy.None } && TryFind(DmarcTag.T, out _, out var test))
            Add(DiagnosticSeverity.Warning, test, "t=y has no effect, since no policy is stricter than none", "RFC 9989 §4.7");
        if (record.SubdomainPolicy < record.Policy && TryFind(DmarcTag.Sp, out _, out var sp))
            Add(DiagnosticSeverity.Warning, sp, "sp is weaker than p, so that whoever cannot use the domain can use any subdomain", "RFC 9989 §4.7");
        if (record.NonExistentSubdomainPolicy < (record.SubdomainPolicy ?? record.Policy) && TryFind(DmarcTag.Np, out _, out var np))
            Add(DiagnosticSeverity.Warning, np, "np is weaker than the policy for subdomains that exist, although no mail comes from one that does not", "RFC 9989 §4.7");
        if (!TryFind(DmarcTag.Psd, out var value, out var psd))
            return;
        if (record.PublicSuffix == PublicSuffixClaim.Yes)
        {
            var isPlain = _publishedAt is { LabelCount: > 2 };
            Add(DiagnosticSeverity.Warning, psd, "psd=y is only for a domain under which others register theirs, such as co.uk: no subdomain is aligned with it any more" + (isPlain ? $", and {_publishedAt} does not look like one" : ""), "RFC 9989 §4.7");
        }
        else if (record.PublicSuffix == PublicSuffixClaim.No)
        {
            Add(DiagnosticSeverity.Info, psd, "psd=n makes the domain the Organizational Domain of all its subdomains; domains above it are not looked at", "RFC 9989 §4.7");
        }
        else if (value.EqualsIgnoreCase("u"u8))
        {
            Add(DiagnosticSeverity.Info, psd, "psd=u is the default and need not be written", "RFC 9989 §4.7");
        }
    }

    private readonly void CheckReports(DmarcRecord record)
    {
        if (record is { Policy: DmarcPolicy.None, AggregateReportUris.IsEmpty: true })
            Add(DiagnosticSeverity.Warning, 0, "p=none without rua neither protects the domain nor tells who uses it; right would be an address for aggregate reports", "RFC 9989 §5.1.3");
        if (TryFind(DmarcTag.Fo, out _, out var fo) && record.FailureReportUris.IsEmpty)
            Add(DiagnosticSeverity.Warning, fo, "fo is ignored, since there is no ruf", "RFC 9989 §4.7");
        if (record.PublicSuffix == PublicSuffixClaim.Yes && TryFind(DmarcTag.Ruf, out _, out var ruf))
            Add(DiagnosticSeverity.Warning, ruf, "ruf is ignored in the record of a public suffix", "RFC 9991 §2");
        CheckUris(DmarcTag.Rua);
        CheckUris(DmarcTag.Ruf);
    }

    private readonly void CheckUris(DmarcTag tag)
    {
        if (!TryFind(tag, out var list, out var at))
            return;
        var count = 0;
        foreach (var range in list.Split((byte)','))
        {
            var text = list[range].TrimWsp();
            if (!DmarcUri.TryParse(text, out var uri, out var hasObsoleteSize))
                continue;
            var position = at + range.Start.Value;
            count++;
            if (count == _limits.MaxReportUris + 1)
                Add(DiagnosticSeverity.Warning, position, $"receivers may ignore report addresses after the first {_limits.MaxReportUris}", "RFC 9989 §4.6");
            if (hasObsoleteSize)
                Add(DiagnosticSeverity.Warning, position, "a size limit behind \"!\" is obsolete and ignored", "RFC 9989 §4.8");
            if (uri.Scheme != "mailto")
                Add(DiagnosticSeverity.Warning, position, $"receivers need not send to \"{uri.Scheme}:\" addresses; all of them know mailto", "RFC 9989 §4.7");
            else if (text.Contains((byte)'?'))
                Add(DiagnosticSeverity.Warning, position, "what stands behind \"?\" in the address is ignored", "RFC 9989 §4.6");
            if (_publishedAt is not null && uri.Host is { } host && !host.IsAtOrBelow(_publishedAt) && !_publishedAt.IsAtOrBelow(host))
                Add(DiagnosticSeverity.Info, position, $"{host} lies outside {_publishedAt}: unless both have one Organizational Domain, it must agree by a TXT record \"v=DMARC1\" at {_publishedAt}._report._dmarc.{host}", "RFC 9990 §3");
        }
    }

    /// <summary>The first tag of a kind, if it has a value that could be found.</summary>
    private readonly bool TryFind(DmarcTag wanted, out ReadOnlySpan<byte> value, out int position)
    {
        DmarcRecordReader.TryReadVersion(_text, out var at);
        while (at < _text.Length)
        {
            var start = ++at;
            var length = _text[start..].IndexOf((byte)';');
            at = length < 0 ? _text.Length : start + length;
            var tag = _text[start..at];
            var equals = tag.IndexOf((byte)'=');
            if (equals < 0 || !DmarcTags.TryIdentify(tag[..equals].TrimWsp(), out var kind) || kind != wanted)
                continue;
            var rest = tag[(equals + 1)..];
            value = rest.TrimWsp();
            position = start + equals + 1 + (rest.Length - rest.TrimStart(" \t"u8).Length);
            return true;
        }
        value = default;
        position = 0;
        return false;
    }

    private readonly void Add(DiagnosticSeverity severity, int position, string text, string section) =>
        _found.Add(new Diagnostic(severity, position, text, section));
}
