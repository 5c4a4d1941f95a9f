using System.Collections.Immutable;
using EmailAuth.Syntax;

namespace EmailAuth.Spf;

/// <summary>What a checker says of one record, without asking DNS: the errors of the grammar, and what works but not as its owner would wish.</summary>
internal static class SpfLint
{
    /// <summary>One string of a TXT record (RFC 1035 §3.3) holds no more.</summary>
    private const int LongestString = 255;

    /// <summary>RFC 7208 §3.4: an answer of up to 450 octets "ought to fit in UDP packets".</summary>
    private const int LongestForUdp = 450;

    /// <summary>A network so large is hardly one organization's.</summary>
    private const int ShortestPrefix = 8;

    /// <summary>A record can be made so that each term of thousands is wrong; nobody reads more of it. A check ends where there are so many.</summary>
    public const int MostFindings = 100;

    public static LintReport Check(ReadOnlySpan<byte> octets)
    {
        if (NoRecord(octets) is { } missing)
            return new LintReport(false, [missing]);
        var record = SpfRecord.Read(octets.ToArray(), findAllErrors: true);
        var found = ImmutableArray.CreateBuilder<Diagnostic>();
        found.AddRange(record.Errors);
        AddSize(octets.Length, found);
        AddOrder(record, found);
        AddCounts(record, found);
        AddTerms(record, found);
        if (record.Redirect is { } redirect)
            AddTarget(redirect.DomainSpec!, redirect.Value, redirect.Position, found);
        if (record.Explanation is { } explanation)
            AddTarget(explanation.DomainSpec!, explanation.Value, explanation.Position, found);
        // Stable: at one position what is found first is said first.
        return new LintReport(record.Errors.IsEmpty, [.. found.OrderBy(static diagnostic => diagnostic.Position)]);
    }

    private static void AddTerms(SpfRecord record, ImmutableArray<Diagnostic>.Builder found)
    {
        var most = found.Count + MostFindings;
        foreach (var directive in record.Directives)
        {
            if (found.Count >= most)
                break;
            AddDirective(directive, found);
        }
        most += MostFindings;
        foreach (var modifier in record.OtherModifiers)
        {
            if (found.Count >= most)
                break;
            AddUnknown(modifier, found);
        }
    }

    /// <summary>Why these octets are no SPF record at all; null if they are one, good or bad.</summary>
    public static Diagnostic? NoRecord(ReadOnlySpan<byte> octets)
    {
        if (SpfRecord.IsSpfRecord(octets))
        {
            return octets.Length <= SpfRecord.MaxLength ? null
                : Error(SpfRecord.MaxLength, $"the record has {octets.Length} octets; no more than {SpfRecord.MaxLength} are read", "§3.4");
        }
        var trimmed = octets.TrimStart(" \t\r\n\""u8);
        if (trimmed.Length < octets.Length && SpfRecord.IsSpfRecord(trimmed))
            return Error(0, "receivers do not see an SPF record here: it must begin with v=spf1, without a space or quotation mark before it", "§4.5");
        if (octets.StartsWithIgnoreCase(SpfRecord.Version))
            return Error(SpfRecord.Version.Length, "receivers do not see an SPF record here: v=spf1 must be followed by a space or nothing", "§4.5");
        return Error(0, "this is not an SPF record: it must begin with v=spf1", "§4.5");
    }

    private static void AddSize(int length, ImmutableArray<Diagnostic>.Builder found)
    {
        if (length > LongestForUdp)
            found.Add(Warning(LongestForUdp, $"the record has {length} octets; with more than {LongestForUdp} the answer may not fit into a UDP packet, and some receivers will not see it", "§3.4"));
        else if (length > LongestString)
            found.Add(Info(LongestString, $"the record has {length} octets; it must be published as several strings of at most {LongestString}", "§3.3"));
    }

    private static void AddOrder(SpfRecord record, ImmutableArray<Diagnostic>.Builder found)
    {
        SpfDirective? all = null;
        var most = found.Count + MostFindings;
        foreach (var directive in record.Directives)
        {
            if (found.Count == most)
                break;
            if (all is not null)
                found.Add(Warning(directive.Position, $"\"{directive.Text}\" comes after \"{all.Text}\" and is never tested", "§5.1"));
            else if (directive.Mechanism == SpfMechanism.All)
                all = directive;
        }
        if (all is not null && record.Redirect is { } ignored)
            found.Add(Warning(ignored.Position, "\"redirect\" is ignored, since there is an \"all\"", "§5.1"));
        if (all is null && record.Redirect is null)
            found.Add(Info(0, "the record ends without \"all\" or \"redirect\", so what matches nothing is neutral; ?all, ~all or -all would say what is meant", "§4.7"));
        var lastDirective = record.Directives is [.., var last] ? last.Position : -1;
        foreach (var modifier in new[] { record.Redirect, record.Explanation })
        {
            if (modifier is not null && modifier.Position < lastDirective)
                found.Add(Info(modifier.Position, $"\"{modifier.Name}=\" stands before a mechanism; modifiers should come last", "§6"));
        }
    }

    private static void AddCounts(SpfRecord record, ImmutableArray<Diagnostic>.Builder found)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var lookups = 0;
        var most = found.Count + MostFindings;
        foreach (var directive in record.Directives)
        {
            if (found.Count >= most)
                return;
            if (!seen.Add(directive.Text.TrimStart('+')))
                found.Add(Warning(directive.Position, $"\"{directive.Text}\" stands here for the second time, to no effect", "§4.6.2"));
            lookups += LookupsOf(directive);
            if (lookups > 10 && lookups - LookupsOf(directive) <= 10)
                found.Add(Warning(directive.Position, "this term is over the ten that may cause DNS look-ups; an evaluation that comes here is a permerror", "§4.6.4"));
            if (directive.Mechanism == SpfMechanism.All)
                return;
        }
        if (record.Redirect is { } redirect && lookups == 10)
            found.Add(Warning(redirect.Position, "\"redirect\" is over the ten terms that may cause DNS look-ups; an evaluation that comes here is a permerror", "§4.6.4"));
    }

    private static int LookupsOf(SpfDirective directive) => directive.CausesDnsLookup ? 1 : 0;

    private static void AddDirective(SpfDirective directive, ImmutableArray<Diagnostic>.Builder found)
    {
        switch (directive.Mechanism)
        {
            case SpfMechanism.All when directive.Qualifier == SpfStatus.Pass:
                found.Add(Warning(directive.Position, "\"+all\" lets every host in the world send for this domain; -all or ~all would be right", "§5.1"));
                break;
            case SpfMechanism.Ptr:
                found.Add(Warning(directive.Position, "\"ptr\" should not be published: it is slow and unreliable; ip4, ip6, a or mx would be right", "§5.5"));
                break;
            case SpfMechanism.Ip4:
                AddNetwork(directive, directive.Ip4PrefixLength, 32, found);
                break;
            case SpfMechanism.Ip6:
                AddNetwork(directive, directive.Ip6PrefixLength, 128, found);
                break;
            case SpfMechanism.A or SpfMechanism.Mx when directive.Ip4PrefixLength < ShortestPrefix || directive.Ip6PrefixLength < ShortestPrefix:
                found.Add(Warning(directive.Position, $"\"{directive.Text}\" covers a very large part of the net", "§5"));
                break;
        }
        if (directive.DomainSpec is { } spec)
        {
            var text = directive.Text;
            AddTarget(spec, text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..], directive.Position, found);
        }
    }

    private static void AddNetwork(SpfDirective directive, int prefixLength, int bits, ImmutableArray<Diagnostic>.Builder found)
    {
        if (prefixLength < ShortestPrefix && directive.Qualifier == SpfStatus.Pass)
            found.Add(Warning(directive.Position, $"\"{directive.Text}\" covers a very large part of the net", "§5.6"));
        var host = bits - prefixLength;
        if (host > 0 && directive.Network << (128 - host) != UInt128.Zero)
            found.Add(Info(directive.Position, $"\"{directive.Text}\" has bits behind its prefix length; they are ignored", "§5.6"));
    }

    private static void AddTarget(SpfMacroString spec, string text, int position, ImmutableArray<Diagnostic>.Builder found)
    {
        if (spec.UsesValidatedName)
            found.Add(Warning(position, "\"%{p}\" should not be published: it is slow and unreliable", "§7.2"));
        if (spec.IsLiteral && spec.LiteralName is null)
            found.Add(Warning(position, $"\"{text}\" is no name that DNS could be asked for; what receivers make of it differs", "§4.8"));
        else if (spec.IsLiteral && !spec.LiteralName!.IsHostName)
            found.Add(Info(position, $"\"{text}\" is an unusual domain name", "§4.8"));
        if (text.Split('/')[0].EndsWith('.'))
            found.Add(Info(position, $"\"{text}\" has a dot at its end; some older receivers do not accept it", "§7.3"));
    }

    private static void AddUnknown(SpfModifier modifier, ImmutableArray<Diagnostic>.Builder found)
    {
        var name = modifier.Name;
        var isMechanism = Enum.TryParse<SpfMechanism>(name, ignoreCase: true, out _) && char.IsAsciiLetter(name[0]);
        found.Add(isMechanism
            ? Warning(modifier.Position, $"\"{modifier.Text}\" is read as an unknown modifier and ignored; the mechanism is written with \":\"", "§4.6.1")
            : Info(modifier.Position, $"\"{name}\" is not a modifier of SPF; it is ignored", "§6"));
    }

    private static Diagnostic Error(int position, string text, string section) => new(DiagnosticSeverity.Error, position, text, $"RFC 7208 {section}");

    private static Diagnostic Warning(int position, string text, string section) => new(DiagnosticSeverity.Warning, position, text, $"RFC 7208 {section}");

    private static Diagnostic Info(int position, string text, string section) => new(DiagnosticSeverity.Info, position, text, $"RFC 7208 {section}");
}
