using System.Collections.Immutable;
using EmailAuth.Syntax;

namespace EmailAuth.Dmarc;

/// <summary>Where a tag's value lies in the record, and whether the tag came again.</summary>
internal record struct DmarcTagValue(bool IsPresent, bool IsRepeated, int Start, int Length)
{
    public readonly ReadOnlySpan<byte> In(ReadOnlySpan<byte> record) => record.Slice(Start, Length);
}

/// <summary>
/// Reads a policy record after the grammar of RFC 9989 §4.8. Tags are found first and read then, so that a tag that comes twice counts
/// for nothing (M3), whichever came first.
/// </summary>
internal ref struct DmarcRecordReader
{
    private const string Grammar = "RFC 9989 §4.8";

    private readonly ReadOnlySpan<byte> _text;
    private readonly Span<DmarcTagValue> _tags;
    private List<Diagnostic>? _problems;

    private DmarcRecordReader(ReadOnlySpan<byte> text, Span<DmarcTagValue> tags)
    {
        _text = text;
        _tags = tags;
    }

    /// <summary>Null if the text does not begin with <c>v=DMARC1</c>.</summary>
    public static DmarcRecord? Read(ReadOnlyMemory<byte> octets)
    {
        if (!TryReadVersion(octets.Span, out var end))
            return null;
        Span<DmarcTagValue> tags = stackalloc DmarcTagValue[DmarcTags.Kinds];
        tags.Clear();
        var reader = new DmarcRecordReader(octets.Span, tags);
        var count = reader.FindTags(end);
        return reader.ToRecord(octets, count);
    }

    /// <summary>
    /// dmarc-version = "v" equals %s"DMARC1": the literal "v" in either case, the value exactly so, then a separator or the end.
    /// A record that begins otherwise must be ignored (RFC 9989 §4.7).
    /// </summary>
    public static bool TryReadVersion(ReadOnlySpan<byte> text, out int end)
    {
        end = 0;
        var reader = new SyntaxReader(text);
        if (!reader.TryTake("v"u8))
            return false;
        reader.SkipWsp();
        if (!reader.TryTake((byte)'='))
            return false;
        reader.SkipWsp();
        if (!reader.Rest.StartsWith("DMARC1"u8))
            return false;
        reader.Position += 6;
        reader.SkipWsp();
        end = reader.Position;
        return reader.AtEnd || reader.Peek == ';';
    }

    /// <summary>*(dmarc-sep dmarc-tag) [dmarc-sep]; returns how many tags there are, the version included.</summary>
    private int FindTags(int at)
    {
        var count = 1;
        _tags[(int)DmarcTag.V] = new DmarcTagValue(true, false, 0, at);
        while (at < _text.Length)
        {
            var start = ++at;
            var length = _text[start..].IndexOf((byte)';');
            at = length < 0 ? _text.Length : start + length;
            var tag = _text[start..at];
            if (tag.TrimWsp().IsEmpty)
            {
                if (length >= 0)
                    Report(start, "there is nothing between two semicolons; right would be a tag, or one semicolon less", Grammar, DiagnosticSeverity.Warning);
                continue;
            }
            count++;
            FindTag(tag, start);
        }
        return count;
    }

    /// <summary>dmarc-tag = 1*ALPHA equals 1*dmarc-value.</summary>
    private void FindTag(ReadOnlySpan<byte> tag, int start)
    {
        var at = tag.Length - tag.TrimStart(" \t"u8).Length;
        var nameEnd = at;
        while (nameEnd < tag.Length && Octets.IsAlpha(tag[nameEnd]))
            nameEnd++;
        var name = tag[at..nameEnd];
        var equals = nameEnd;
        while (equals < tag.Length && Octets.IsWsp(tag[equals]))
            equals++;
        if (name.IsEmpty || equals == tag.Length || tag[equals] != '=')
        {
            if (MayReport)
                Report(start + at, $"\"{Octets.ToPrintable(tag.TrimWsp(), 30)}\" is not a tag; right would be letters, \"=\" and a value", Grammar);
            return;
        }
        // RFC 9989 §4.7: unknown tags must be ignored.
        if (!DmarcTags.TryIdentify(name, out var kind))
            return;
        ref var known = ref _tags[(int)kind];
        if (known.IsPresent)
        {
            known.IsRepeated = true;
            if (MayReport)
                Report(start + at, $"the tag \"{Octets.ToPrintable(name)}\" comes twice, so {(kind == DmarcTag.V ? "this one" : "neither")} counts; right would be once", "RFC 9989 §4.7");
            return;
        }
        var rest = tag[(equals + 1)..];
        var value = rest.TrimWsp();
        known = new DmarcTagValue(true, false, start + equals + 1 + (rest.Length - rest.TrimStart(" \t"u8).Length), value.Length);
    }

    private DmarcRecord ToRecord(ReadOnlyMemory<byte> octets, int count)
    {
        var rua = ReadUris(DmarcTag.Rua);
        var ruf = ReadUris(DmarcTag.Ruf);
        var policy = ReadPolicy(DmarcTag.P, out _);
        var subdomainPolicy = ReadPolicy(DmarcTag.Sp, out var hasBadSp);
        var nonExistentPolicy = ReadPolicy(DmarcTag.Np, out var hasBadNp);
        if (policy is null || hasBadSp || hasBadNp)
        {
            // RFC 9989 §4.10.1: act as if "p=none" was retrieved if rua has a valid URI, else apply no DMARC processing.
            policy = rua.IsEmpty ? null : DmarcPolicy.None;
            subdomainPolicy = nonExistentPolicy = null;
        }

        var record = new DmarcRecord(octets)
        {
            Policy = policy,
            SubdomainPolicy = subdomainPolicy,
            NonExistentSubdomainPolicy = nonExistentPolicy,
            DkimAlignment = ReadLetter(DmarcTag.Adkim, "rs"u8) == 1 ? AlignmentMode.Strict : AlignmentMode.Relaxed,
            SpfAlignment = ReadLetter(DmarcTag.Aspf, "rs"u8) == 1 ? AlignmentMode.Strict : AlignmentMode.Relaxed,
            PublicSuffix = ReadLetter(DmarcTag.Psd, "uyn"u8) switch
            {
                1 => PublicSuffixClaim.Yes,
                2 => PublicSuffixClaim.No,
                _ => PublicSuffixClaim.Unknown,
            },
            IsTesting = ReadLetter(DmarcTag.T, "ny"u8) == 1,
            FailureOptions = ReadFailureOptions(!ruf.IsEmpty),
            AggregateReportUris = rua,
            FailureReportUris = ruf,
            Percentage = ReadPercentage(),
            TagCount = count,
            Problems = SortedProblems(),
        };
        return record;
    }

    /// <summary>dmarc-request = "none" / "quarantine" / "reject". A tag that comes twice is as one that is not there (M3).</summary>
    private DmarcPolicy? ReadPolicy(DmarcTag tag, out bool isInvalid)
    {
        isInvalid = false;
        if (!TryGet(tag, out var value, out var position))
            return null;
        if (value.EqualsIgnoreCase("none"u8))
            return DmarcPolicy.None;
        if (value.EqualsIgnoreCase("quarantine"u8))
            return DmarcPolicy.Quarantine;
        if (value.EqualsIgnoreCase("reject"u8))
            return DmarcPolicy.Reject;
        isInvalid = true;
        Report(position, $"\"{Octets.ToPrintable(value, 30)}\" is not a policy; right would be none, quarantine or reject", "RFC 9989 §4.7");
        return null;
    }

    /// <summary>The index of the value among the letters; 0, the default's, where the tag is missing, comes twice or is wrong.</summary>
    private int ReadLetter(DmarcTag tag, ReadOnlySpan<byte> letters)
    {
        if (!TryGet(tag, out var value, out var position))
            return 0;
        var index = value.Length == 1 ? letters.IndexOf(Octets.ToLower(value[0])) : -1;
        if (index >= 0)
            return index;
        Report(position, $"\"{Octets.ToPrintable(value, 30)}\" is not a value of this tag, so its default \"{(char)letters[0]}\" holds; right would be one of the letters {Octets.ToText(letters)}", "RFC 9989 §4.7");
        return 0;
    }

    /// <summary>dmarc-fo: "0" or "1", "d", "s", each at most once, "0" and "1" not together; without <c>ruf</c> it must be ignored.</summary>
    private FailureReportOptions ReadFailureOptions(bool isWanted)
    {
        var byDefault = isWanted ? FailureReportOptions.AllFailed : FailureReportOptions.None;
        if (!TryGet(DmarcTag.Fo, out var value, out var position))
            return byDefault;
        var options = FailureReportOptions.None;
        foreach (var range in value.Split((byte)':'))
        {
            var letter = value[range].TrimWsp();
            var option = letter.Length != 1 ? FailureReportOptions.None : Octets.ToLower(letter[0]) switch
            {
                (byte)'0' => FailureReportOptions.AllFailed,
                (byte)'1' => FailureReportOptions.AnyFailed,
                (byte)'d' => FailureReportOptions.DkimFailed,
                (byte)'s' => FailureReportOptions.SpfFailed,
                _ => FailureReportOptions.None,
            };
            const FailureReportOptions both = FailureReportOptions.AllFailed | FailureReportOptions.AnyFailed;
            if (option == FailureReportOptions.None || options.HasFlag(option) || (option & both) != 0 && (options & both) != 0)
            {
                Report(position, $"\"{Octets.ToPrintable(value, 30)}\" is not a list of failure report options, so the default \"0\" holds; right would be 0 or 1, d and s, separated by colons", "RFC 9989 §4.7");
                return byDefault;
            }
            options |= option;
        }
        return isWanted ? options : FailureReportOptions.None;
    }

    /// <summary>dmarc-urilist. RFC 9989 §4.10.1 asks for at least one valid URI, so each stands for itself.</summary>
    private ImmutableArray<DmarcUri> ReadUris(DmarcTag tag)
    {
        if (!TryGet(tag, out var value, out var position))
            return [];
        var uris = ImmutableArray.CreateBuilder<DmarcUri>();
        foreach (var range in value.Split((byte)','))
        {
            var text = value[range].TrimWsp();
            if (DmarcUri.TryParse(text, out var uri, out _))
            {
                if (uris.Count < DmarcRecord.MostReportUris)
                    uris.Add(uri);
            }
            else if (MayReport)
            {
                Report(position + range.Start.Value, $"\"{Octets.ToPrintable(text, 60)}\" is not a report address; right would be such as mailto:reports@example.com", "RFC 9989 §4.8");
            }
        }
        return uris.DrainToImmutable();
    }

    /// <summary>RFC 7489 §6.3: an integer from 0 to 100.</summary>
    private int ReadPercentage()
    {
        if (!TryGet(DmarcTag.Pct, out var value, out var position))
            return 100;
        if (Octets.TryParseNumber(value, out var number) && number <= 100)
            return (int)number;
        Report(position, $"\"{Octets.ToPrintable(value, 30)}\" is not a percentage; right would be a number from 0 to 100", "RFC 7489 §6.3", DiagnosticSeverity.Warning);
        return 100;
    }

    private readonly bool TryGet(DmarcTag tag, out ReadOnlySpan<byte> value, out int position)
    {
        var found = _tags[(int)tag];
        value = found.In(_text);
        position = found.Start;
        return found.IsPresent && !found.IsRepeated;
    }

    /// <summary>A hostile record has thousands of mistakes; nobody reads more than a few, and no text is made for the others.</summary>
    private readonly bool MayReport => _problems is not { Count: >= 100 };

    private void Report(int position, string text, string section, DiagnosticSeverity severity = DiagnosticSeverity.Error)
    {
        _problems ??= [];
        if (MayReport)
            _problems.Add(new Diagnostic(severity, position, text, section));
    }

    private readonly ImmutableArray<Diagnostic> SortedProblems()
    {
        if (_problems is null)
            return [];
        _problems.Sort(static (left, right) => left.Position.CompareTo(right.Position));
        return [.. _problems];
    }
}
