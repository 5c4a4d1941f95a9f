using EmailAuth.Dns;

namespace EmailAuth.Dmarc;

/// <summary>What came of comparing an identifier with an author domain (RFC 9989 §4.4, §4.10.2).</summary>
public enum AlignmentOutcome
{
    /// <summary>Not compared, as it could not change the result: the identifier is not authenticated.</summary>
    NotEvaluated,

    /// <summary>A DNS error or a budget hid the Organizational Domain of one of the two.</summary>
    Unknown,

    /// <summary>Not aligned.</summary>
    NotAligned,

    /// <summary>Aligned: both have the same Organizational Domain.</summary>
    Relaxed,

    /// <summary>Aligned: both are the same domain.</summary>
    Strict,
}

/// <summary>One identifier, compared with one author domain, and why the comparison ended so. Immutable.</summary>
public sealed class IdentifierAlignment
{
    private readonly DnsFault? _fault;
    private readonly PolicyDiscovery _author;

    private IdentifierAlignment(AuthenticatedIdentifier identifier, AlignmentMode mode, AlignmentOutcome outcome, PolicyDiscovery author, DomainName? organizationalDomain, DnsFault? fault)
    {
        Identifier = identifier;
        Mode = mode;
        Outcome = outcome;
        OrganizationalDomain = organizationalDomain;
        _author = author;
        _fault = fault;
    }

    /// <summary>The identifier.</summary>
    public AuthenticatedIdentifier Identifier { get; }

    /// <summary>The mode that the policy record asks for: <c>aspf</c> or <c>adkim</c>.</summary>
    public AlignmentMode Mode { get; }

    /// <summary>How the comparison ended.</summary>
    public AlignmentOutcome Outcome { get; }

    /// <summary>The Organizational Domain of the identifier, where it had to be found; else null.</summary>
    public DomainName? OrganizationalDomain { get; }

    /// <summary>Whether the domain is authenticated and aligned: what makes DMARC pass.</summary>
    public bool IsAlignedPass => Identifier.Outcome == IdentifierOutcome.Pass && Outcome is AlignmentOutcome.Relaxed or AlignmentOutcome.Strict;

    /// <summary>Whether <see cref="DmarcLimits.MaxQueriesPerMessage"/> left it unknown.</summary>
    internal bool IsOverLimit => Outcome == AlignmentOutcome.Unknown && _fault is { IsOverLimit: true };

    /// <summary>The comparison for people.</summary>
    public string Text => Outcome switch
    {
        AlignmentOutcome.NotEvaluated => $"{Identifier.Domain} was not compared with {_author.AuthorDomain}, since it is not authenticated",
        AlignmentOutcome.Unknown when _fault is { } fault => $"whether {Identifier.Domain} is aligned with {_author.AuthorDomain} is unknown: {fault.Text}",
        AlignmentOutcome.Unknown => $"whether {Identifier.Domain} is aligned with {_author.AuthorDomain} is unknown",
        AlignmentOutcome.Strict => $"{Identifier.Domain} is the author domain itself",
        AlignmentOutcome.Relaxed => $"{Identifier.Domain} and {_author.AuthorDomain} have the same Organizational Domain {_author.OrganizationalDomain}",
        AlignmentOutcome.NotAligned when Mode == AlignmentMode.Strict => $"{Identifier.Domain} is not {_author.AuthorDomain}, and the policy record asks for strict alignment",
        AlignmentOutcome.NotAligned when OrganizationalDomain is { } own => $"{Identifier.Domain} has the Organizational Domain {own}, which is not that of {_author.AuthorDomain}",
        AlignmentOutcome.NotAligned => $"{Identifier.Domain} lies outside {_author.OrganizationalDomain ?? _author.AuthorDomain.TakeLast(1)}",
    };

    /// <summary>The method for people.</summary>
    internal string MethodName => Identifier.Method switch
    {
        IdentifierMethod.Spf => "SPF",
        IdentifierMethod.Dkim => "DKIM",
    };

    /// <summary>How the check ended, and the comparison, for people.</summary>
    public override string ToString()
    {
        var isAligned = Outcome is AlignmentOutcome.Relaxed or AlignmentOutcome.Strict;
        return Identifier.Outcome switch
        {
            IdentifierOutcome.Pass => $"{MethodName} passed: {Text}",
            IdentifierOutcome.Fail when isAligned => $"{MethodName} did not pass; it would be aligned, as {Text}",
            IdentifierOutcome.Fail => $"{MethodName} did not pass: {Text}",
            IdentifierOutcome.TempError when isAligned => $"{MethodName} is undecided; it would be aligned, as {Text}",
            IdentifierOutcome.TempError => $"{MethodName} is undecided: {Text}",
        };
    }

    /// <summary>Compares, asking DNS only where the answer could be "aligned" (M11).</summary>
    internal static ValueTask<IdentifierAlignment> EvaluateAsync(AuthenticatedIdentifier identifier, PolicyDiscovery author, DmarcRecord record, DmarcLookups lookups, PublicSuffixList? suffixes, CancellationToken cancellationToken)
    {
        var quick = Compare(identifier, author, record, suffixes);
        return quick is not null ? new(quick) : WalkAsync(identifier, author, record, lookups, cancellationToken);
    }

    /// <summary>Whether only a tree walk for the identifier can tell.</summary>
    internal static bool NeedsWalk(AuthenticatedIdentifier identifier, PolicyDiscovery author, DmarcRecord record, PublicSuffixList? suffixes) =>
        Compare(identifier, author, record, suffixes) is null;

    /// <summary>For an identifier whose alignment cannot change the result: compared as far as that costs no query.</summary>
    internal static IdentifierAlignment WithoutQueries(AuthenticatedIdentifier identifier, PolicyDiscovery author, DmarcRecord record, PublicSuffixList? suffixes) =>
        Compare(identifier, author, record, suffixes) ?? new(identifier, ModeOf(identifier, record), AlignmentOutcome.NotEvaluated, author, null, null);

    /// <summary>Null where only a tree walk for the identifier can tell.</summary>
    private static IdentifierAlignment? Compare(AuthenticatedIdentifier identifier, PolicyDiscovery author, DmarcRecord record, PublicSuffixList? suffixes)
    {
        var mode = ModeOf(identifier, record);
        var domain = identifier.Domain;
        if (domain.Equals(author.AuthorDomain))
            return Of(AlignmentOutcome.Strict);
        // RFC 9989 §4.10.2: under strict alignment "a simple string comparison … is all that is required".
        if (mode == AlignmentMode.Strict)
            return Of(AlignmentOutcome.NotAligned);
        if (author.OrganizationalDomain is not { } organizational)
        {
            // Hidden it may be any name at or above the author domain, so whatever shares the last label could be aligned.
            return domain.IsAtOrBelow(author.AuthorDomain.TakeLast(1)) ? null : Of(AlignmentOutcome.NotAligned);
        }
        // An Organizational Domain lies at or above its domain, so what lies elsewhere has another one.
        if (!domain.IsAtOrBelow(organizational))
            return Of(AlignmentOutcome.NotAligned);
        if (suffixes is not null)
        {
            var own = suffixes.OrganizationalDomainOf(domain);
            return Of(own.Equals(organizational) ? AlignmentOutcome.Relaxed : AlignmentOutcome.NotAligned, own);
        }
        // A walk from the author's Organizational Domain ends in itself: it would see the same records, the rest of that walk.
        return domain.Equals(organizational) ? Of(AlignmentOutcome.Relaxed, organizational) : null;

        IdentifierAlignment Of(AlignmentOutcome outcome, DomainName? own = null) => new(identifier, mode, outcome, author, own, null);
    }

    private static async ValueTask<IdentifierAlignment> WalkAsync(AuthenticatedIdentifier identifier, PolicyDiscovery author, DmarcRecord record, DmarcLookups lookups, CancellationToken cancellationToken)
    {
        var walk = await DmarcTreeWalk.FromAsync(identifier.Domain, lookups, cancellationToken).ConfigureAwait(false);
        var own = walk.OrganizationalDomain;
        var outcome = (own, author.OrganizationalDomain) switch
        {
            (null, _) => AlignmentOutcome.Unknown,
            (_, null) => author.AuthorDomain.IsAtOrBelow(own) ? AlignmentOutcome.Unknown : AlignmentOutcome.NotAligned,
            var (left, right) => left.Equals(right) ? AlignmentOutcome.Relaxed : AlignmentOutcome.NotAligned,
        };
        return new(identifier, ModeOf(identifier, record), outcome, author, own, walk.Fault ?? author.Fault);
    }

    private static AlignmentMode ModeOf(AuthenticatedIdentifier identifier, DmarcRecord record) => identifier.Method switch
    {
        IdentifierMethod.Spf => record.SpfAlignment,
        IdentifierMethod.Dkim => record.DkimAlignment,
    };
}
