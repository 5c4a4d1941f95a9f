using System.Collections.Immutable;
using EmailAuth.Dmarc;
using EmailAuth.Dns;

namespace EmailAuth;

/// <summary>A method and its result, with the steps that led there.</summary>
public sealed class MethodStep : ExplanationStep
{
    internal MethodStep(string method, string result, string text, ImmutableArray<ExplanationStep> steps)
        : base(text, steps)
    {
        Method = method;
        Result = result;
    }

    /// <summary><c>spf</c>, <c>helo</c> (SPF for that identity), <c>dkim</c>, <c>arc</c>, <c>dmarc</c>, <c>arc-override</c> or <c>iprev</c>.</summary>
    public string Method { get; }

    /// <summary>The RFC's word for its result.</summary>
    public string Result { get; }
}

/// <summary>An identity that was chosen to be checked.</summary>
public sealed class IdentityStep : ExplanationStep
{
    internal IdentityStep(string identity, DomainName? domain, string text)
        : base(text, [])
    {
        Identity = identity;
        Domain = domain;
    }

    /// <summary>The identity as it came, made safe to show.</summary>
    public string Identity { get; }

    /// <summary>Its domain; null where it names none.</summary>
    public DomainName? Domain { get; }
}

/// <summary>A DNS question and its answer.</summary>
public sealed class DnsStep : ExplanationStep
{
    internal DnsStep(DnsQuestion question, DnsAnswer answer, TimeSpan? age, string text)
        : base(text, [])
    {
        Question = question;
        Answer = answer;
        Age = age;
    }

    /// <summary>What was asked.</summary>
    public DnsQuestion Question { get; }

    /// <summary>What came: status, records, time to live, server, and whether it was authenticated (DNSSEC) or stale.</summary>
    public DnsAnswer Answer { get; }

    /// <summary>How old the answer was when the message was judged; null where nobody knows.</summary>
    public TimeSpan? Age { get; }
}

/// <summary>A term of an SPF record and what came of it.</summary>
public sealed class SpfTermStep : ExplanationStep
{
    internal SpfTermStep(DomainName domain, string term, string text, ImmutableArray<ExplanationStep> steps)
        : base(text, steps)
    {
        Domain = domain;
        Term = term;
    }

    /// <summary>Whose record it stands in.</summary>
    public DomainName Domain { get; }

    /// <summary>The term as written, made safe to show.</summary>
    public string Term { get; }

    /// <summary>What its macros expand to; null where it has none, or where no name comes of them.</summary>
    public DomainName? Expansion { get; internal init; }

    /// <summary><c>match</c>, <c>no match</c>, or <c>entered</c> where the evaluation went on in another record.</summary>
    public string Outcome { get; internal init; } = "";

    /// <summary>Terms counted so far that cause DNS look-ups (RFC 7208 §4.6.4).</summary>
    public int DnsLookups { get; internal init; }

    /// <summary>Look-ups so far that found nothing.</summary>
    public int VoidLookups { get; internal init; }
}

/// <summary>A signature, of DKIM or of ARC, and what it was compared with.</summary>
public sealed class SignatureStep : ExplanationStep
{
    internal SignatureStep(int fieldIndex, DomainName? domain, string? selector, string text, ImmutableArray<ExplanationStep> steps)
        : base(text, steps)
    {
        FieldIndex = fieldIndex;
        Domain = domain;
        Selector = selector;
    }

    /// <summary>The index of its field among all fields, from 0 at the top; -1 if there is none.</summary>
    public int FieldIndex { get; }

    /// <summary>The domain that signed, <c>d=</c>; null if it could not be read.</summary>
    public DomainName? Domain { get; }

    /// <summary>The selector, <c>s=</c>; null if it could not be read.</summary>
    public string? Selector { get; }

    /// <summary>The field's value without folds, every tag of it, known or not; made safe to show, and cut where it is long. Null without evidence.</summary>
    public string? FieldValue { get; internal init; }

    /// <summary>The names in <c>h=</c>.</summary>
    public ImmutableArray<string> SignedFields { get; internal init; } = [];

    /// <summary>SHA-256 of the header fields that it covers, as they came, in base64; null without evidence.</summary>
    public string? HeaderHash { get; internal init; }

    /// <summary>Whether <see cref="HeaderHash"/> is what the signer signed, under the key; null if it was not tried.</summary>
    public bool? HeaderHashMatches { get; internal init; }

    /// <summary>The hash of the body that the signer states, <c>bh=</c>, in base64; null without evidence, and for a seal.</summary>
    public string? StatedBodyHash { get; internal init; }

    /// <summary>The hash of the body as it came, in base64; null without evidence, and for a seal.</summary>
    public string? BodyHash { get; internal init; }
}

/// <summary>A name of the DNS tree that DMARC looked at (RFC 9989 §4.10).</summary>
public sealed class PolicyWalkStep : ExplanationStep
{
    internal PolicyWalkStep(DomainName domain, DnsStatus status, string? record, string text, ImmutableArray<ExplanationStep> steps)
        : base(text, steps)
    {
        Domain = domain;
        Status = status;
        Record = record;
    }

    /// <summary>The domain; asked was <c>_dmarc</c> below it.</summary>
    public DomainName Domain { get; }

    /// <summary>How the question ended.</summary>
    public DnsStatus Status { get; }

    /// <summary>The one DMARC record found there, made safe to show; null if there is none.</summary>
    public string? Record { get; }
}

/// <summary>Which policy applies to an author domain, and by which tag of which record.</summary>
public sealed class PolicyStep : ExplanationStep
{
    internal PolicyStep(DomainName authorDomain, AuthorDomainResult result, string text)
        : base(text, [])
    {
        AuthorDomain = authorDomain;
        PolicyDomain = result.PolicyDomain;
        OrganizationalDomain = result.OrganizationalDomain;
        Policy = result.Policy;
        Tag = result.PolicyTag;
        AppliedPolicy = result.AppliedPolicy;
    }

    /// <summary>The author domain.</summary>
    public DomainName AuthorDomain { get; }

    /// <summary>Where the record was found; null without one.</summary>
    public DomainName? PolicyDomain { get; }

    /// <summary>The Organizational Domain of the author domain; null where a DNS error hid it.</summary>
    public DomainName? OrganizationalDomain { get; }

    /// <summary>The policy published; null without a usable record.</summary>
    public DmarcPolicy? Policy { get; }

    /// <summary>The tag it comes from.</summary>
    public PolicyTag? Tag { get; }

    /// <summary>The policy after <c>t=y</c> and <c>pct</c>.</summary>
    public DmarcPolicy? AppliedPolicy { get; }
}

/// <summary>A test whether an authenticated domain is aligned with an author domain (RFC 9989 §4.4).</summary>
public sealed class AlignmentStep : ExplanationStep
{
    internal AlignmentStep(DomainName authorDomain, IdentifierAlignment alignment, string text)
        : base(text, [])
    {
        AuthorDomain = authorDomain;
        Alignment = alignment;
    }

    /// <summary>The author domain.</summary>
    public DomainName AuthorDomain { get; }

    /// <summary>The identifier, how its check ended, and how it compares.</summary>
    public IdentifierAlignment Alignment { get; }
}

/// <summary>A limit that was hit.</summary>
public sealed class LimitStep : ExplanationStep
{
    internal LimitStep(string limit, string text)
        : base(text, []) =>
        Limit = limit;

    /// <summary>The option that sets it, such as <c>Limits.Spf.MaxDnsLookups</c>.</summary>
    public string Limit { get; }
}

/// <summary>The rule that decided a result.</summary>
public sealed class DecisionStep : ExplanationStep
{
    internal DecisionStep(string result, string text)
        : base(text, []) =>
        Result = result;

    /// <summary>The RFC's word for the result.</summary>
    public string Result { get; }
}
