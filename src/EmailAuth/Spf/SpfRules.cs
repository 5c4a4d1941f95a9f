using EmailAuth.Syntax;

namespace EmailAuth.Spf;

/// <summary>Where the rules of SPF stand: one line for each reason and each term.</summary>
internal static class SpfRules
{
    public static RuleReference Of(SpfReason reason) => reason switch
    {
        SpfReason.NotChecked => new("RFC 7208 §4.1"),
        SpfReason.SenderMalformed => new("RFC 7208 §2.4", "S17"),
        SpfReason.DomainMalformed => new("RFC 7208 §4.3", "S12 S17"),
        SpfReason.DomainDoesNotExist => new("RFC 7208 §4.3"),
        SpfReason.NoRecord => new("RFC 7208 §4.5", "S4 S5"),
        SpfReason.MechanismMatched => new("RFC 7208 §4.6.2"),
        SpfReason.NoMechanismMatched => new("RFC 7208 §4.7", "S6"),
        SpfReason.MultipleRecords => new("RFC 7208 §4.5", "S1"),
        SpfReason.IdenticalRecords => new("RFC 7208 §4.5", "S1"),
        SpfReason.SyntaxError => new("RFC 7208 §4.6", "S3 S13 S19 S20"),
        SpfReason.RecordTooLong => new("RFC 7208 §11.1"),
        SpfReason.TooManyDnsLookups => new("RFC 7208 §4.6.4", "S7"),
        SpfReason.TooManyVoidLookups => new("RFC 7208 §4.6.4", "S8"),
        SpfReason.TooManyMxHosts => new("RFC 7208 §4.6.4", "S9"),
        SpfReason.TooManyQueries => new("RFC 7208 §11.1"),
        SpfReason.IncludeWithoutRecord => new("RFC 7208 §5.2"),
        SpfReason.RedirectWithoutRecord => new("RFC 7208 §6.1"),
        SpfReason.DnsError => new("RFC 7208 §4.4", "S2 N1"),
        SpfReason.TimeLimitReached => new("RFC 7208 §4.6.4", "S14"),
    };

    private static readonly (string Name, string Section, string Rows)[] Terms =
    [
        ("all", "RFC 7208 §5.1", ""),
        ("include", "RFC 7208 §5.2", "S2"),
        ("a", "RFC 7208 §5.3", "S2"),
        ("mx", "RFC 7208 §5.4", "S9"),
        ("ptr", "RFC 7208 §5.5", "S10"),
        ("ip4", "RFC 7208 §5.6", "S11 S19"),
        ("ip6", "RFC 7208 §5.6", "S11 S19"),
        ("exists", "RFC 7208 §5.7", "S2"),
        ("redirect", "RFC 7208 §6.1", "S7"),
        ("exp", "RFC 7208 §6.2", "S18"),
    ];

    /// <summary>Of a term as it is written.</summary>
    public static RuleReference OfTerm(string term)
    {
        var written = term.AsSpan().TrimStart("+-~?");
        var end = written.IndexOfAny(":/=");
        var name = end < 0 ? written : written[..end];
        var (section, row) = ("RFC 7208 §4.6.1", "");
        foreach (var (known, at, rows) in Terms)
        {
            if (name.Equals(known, StringComparison.OrdinalIgnoreCase))
                (section, row) = (at, rows);
        }
        // The words of the grammar ignore case (RFC 5234 §2.3), and macros are expanded (§7).
        var isUpper = name.IndexOfAnyInRange('A', 'Z') >= 0;
        return new(section, $"{row}{(isUpper ? " S5" : "")}{(term.Contains('%', StringComparison.Ordinal) ? " S20 S12" : "")}".Trim());
    }
}
