using EmailAuth.Arc;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Signatures;

namespace EmailAuth;

internal sealed partial class ExplanationBuilder
{
    private MethodStep OfDkim()
    {
        var steps = List();
        foreach (var signature in _result.Dkim)
            Add(steps, OfSignature(signature));
        var status = _result.DkimStatus.ToKeyword();
        var text = _result.Dkim.IsEmpty ? "the message has no DKIM-Signature" : $"the best of {Number(_result.Dkim.Length)} signature{(_result.Dkim.Length == 1 ? "" : "s")}";
        return new MethodStep("dkim", status, $"DKIM {status}: {text}", steps.DrainToImmutable());
    }

    private SignatureStep OfSignature(DkimResult dkim)
    {
        var evidence = EvidenceOf(dkim.FieldIndex);
        var steps = List();
        AddAnswers(steps, Asker.Dkim, evidence?.KeyName);
        if (dkim.Reason is DkimReason.TooManySignatures)
            Add(steps, Limit("Limits.Dkim", dkim.ReasonText, Rule(ExplanationText.RuleName("dkim", dkim.Reason), DkimRules.Of(dkim.Reason))));
        var reference = DkimRules.Of(dkim.Reason);
        // What is told beside the reason, by the rows that demand it.
        var rows = string.Join(' ', ((string[])
        [
            reference.Rows,
            dkim.IsTesting ? "D5" : "",
            dkim.HasMultipleKeys ? "D8" : "",
            dkim.UnsignedDuplicates.IsEmpty ? "" : "D20",
            dkim.IsBodyLengthLimited ? "D12" : "",
        ]).Where(static row => row.Length > 0).Distinct());
        Add(steps, new DecisionStep(dkim.Status.ToKeyword(), ExplanationText.Safe($"{dkim.Status.ToKeyword()}: {dkim.ReasonText}"))
        {
            Rule = Rule(ExplanationText.RuleName("dkim", dkim.Reason), reference with { Rows = rows }),
            Input = InputOf(dkim),
            IsDeciding = true,
        });
        return new SignatureStep(dkim.FieldIndex, dkim.Domain, dkim.Selector, Heading("DKIM-Signature", dkim, evidence), steps.DrainToImmutable())
        {
            FieldValue = FieldValue(dkim.FieldIndex),
            SignedFields = dkim.SignedFields,
            HeaderHashMatches = dkim.HeaderHashMatches,
            HeaderHash = evidence is { } kept ? Base64(kept.HeaderDigest) : null,
            StatedBodyHash = evidence is { } stated ? Base64(stated.StatedBodyHash) : null,
            BodyHash = evidence is { BodyHash.IsEmpty: false } body ? Base64(body.BodyHash) : null,
            Rule = Rule("dkim.signature", new Syntax.RuleReference("RFC 6376 §3.5", "D9")),
            Input = Input(ExplanationInputKind.HeaderField, $"DKIM-Signature[{Number(dkim.FieldIndex)}]"),
        };
    }

    private static string Heading(string field, DkimResult dkim, SignatureEvidence? evidence) => ExplanationText.Safe(
        $"{field} in field {Number(dkim.FieldIndex)}: {dkim.Domain?.ToString() ?? "no domain"}, selector {dkim.Selector ?? "(none)"}, {dkim.Algorithm ?? "unknown algorithm"}: {dkim.Status.ToKeyword()}{Hashes(evidence)}");

    /// <summary>Both hashes, each as it came and as it was stated.</summary>
    private static string Hashes(SignatureEvidence? evidence)
    {
        if (evidence is null)
            return "";
        var body = evidence.StatedBodyHash.IsEmpty
            ? ""
            : $"; body hash {Base64(evidence.BodyHash)}, {(evidence.BodyHash.Span.SequenceEqual(evidence.StatedBodyHash.Span) ? "as stated" : $"stated {Base64(evidence.StatedBodyHash)}")}";
        return $"; header hash {Base64(evidence.HeaderDigest)}{body}";
    }

    private static ExplanationInput InputOf(DkimResult dkim)
    {
        var field = Input(ExplanationInputKind.HeaderField, $"DKIM-Signature[{Number(dkim.FieldIndex)}]");
        return dkim.Reason switch
        {
            DkimReason.Verified or DkimReason.BodyHash or DkimReason.PartialBody or DkimReason.BodyShorterThanSigned => Input(ExplanationInputKind.Body),
            DkimReason.Expired or DkimReason.FutureTimestamp => Input(ExplanationInputKind.Clock),
            DkimReason.KeyUnavailable or DkimReason.NoKey or DkimReason.TooManyKeyRecords or DkimReason.KeySyntax or DkimReason.KeyDuplicateTag or DkimReason.KeyTooLong
                or DkimReason.KeyVersion or DkimReason.KeyService or DkimReason.KeyHash or DkimReason.KeyRevoked or DkimReason.KeyType or DkimReason.KeyData
                or DkimReason.KeyStrictIdentity or DkimReason.WeakKey => KeyInput(dkim.Domain, dkim.SelectorName) ?? field,
            DkimReason.HeaderNotRead => Input(ExplanationInputKind.Option, "Limits.Message"),
            DkimReason.BareLineEnd => Input(ExplanationInputKind.HeaderField, ""),
            DkimReason.None or DkimReason.TooManySignatures or DkimReason.SignatureTooLong or DkimReason.SignatureSyntax or DkimReason.DuplicateTag or DkimReason.TooManyTags
                or DkimReason.MissingTag or DkimReason.Version or DkimReason.UnknownAlgorithm or DkimReason.Sha1 or DkimReason.SignatureValue or DkimReason.BodyHashValue
                or DkimReason.UnknownCanonicalization or DkimReason.Domain or DkimReason.Selector or DkimReason.SignedFields or DkimReason.TooManySignedFields
                or DkimReason.FromNotSigned or DkimReason.Identity or DkimReason.IdentityOutsideDomain or DkimReason.BodyLengthValue or DkimReason.QueryMethod
                or DkimReason.TimestampValue or DkimReason.ExpirationValue or DkimReason.ExpirationBeforeTimestamp or DkimReason.HeaderSignature
                or DkimReason.TooManyVerifications => field,
        };
    }

    /// <summary>RFC 6376 §3.6.2.1: the key stands at <c>s._domainkey.d</c>.</summary>
    private static ExplanationInput? KeyInput(DomainName? domain, DomainName? selector) =>
        domain is null || selector is null ? null : Input(ExplanationInputKind.Dns, $"{selector}._domainkey.{domain} TXT");

    // ---- ARC ----

    private MethodStep OfArc()
    {
        var arc = _result.Arc;
        var steps = List();
        foreach (var set in arc.Sets)
        {
            Add(steps, OfSignature("ARC-Seal", set.SealResult, $"ARC set {Number(set.Instance)} says cv={set.ChainValidationText ?? "(nothing)"}; its seal"));
            Add(steps, OfSignature("ARC-Message-Signature", set.MessageSignatureResult, $"ARC set {Number(set.Instance)}: its message signature"));
            if (set.AuthenticationResultsProblem is { } problem)
            {
                Add(steps, new DecisionStep("ignored", ExplanationText.Safe($"the claims of ARC set {Number(set.Instance)} cannot be read, which changes nothing else: {problem}"))
                {
                    Rule = Rule("arc.claims", new Syntax.RuleReference("RFC 8617 §3.4", "A5")),
                    Input = Input(ExplanationInputKind.HeaderField, "ARC-Authentication-Results"),
                });
            }
        }
        Add(steps, new DecisionStep(arc.Status.ToKeyword(), ExplanationText.Safe($"{arc.Status.ToKeyword()}: {arc.ReasonText}"))
        {
            Rule = Rule(ExplanationText.RuleName("arc", arc.Reason), ArcRules.Of(arc.Reason)),
            Input = Input(ExplanationInputKind.HeaderField, "ARC-Seal"),
            IsDeciding = true,
        });
        return new MethodStep("arc", arc.Status.ToKeyword(), ExplanationText.Safe($"ARC {arc.Status.ToKeyword()}: {arc.ReasonText}"), steps.DrainToImmutable());
    }

    private SignatureStep OfSignature(string field, ArcSignatureResult signature, string what)
    {
        var evidence = EvidenceOf(signature.FieldIndex);
        var steps = List();
        AddAnswers(steps, Asker.Arc, evidence?.KeyName);
        Add(steps, new DecisionStep(signature.Status.ToKeyword(), ExplanationText.Safe($"{signature.Status.ToKeyword()}: {signature.ReasonText}"))
        {
            Rule = Rule(ExplanationText.RuleName("arcSignature", signature.Reason), ArcRules.Of(signature.Reason)),
            Input = Input(ExplanationInputKind.HeaderField, $"{field}[{Number(signature.FieldIndex)}]"),
        });
        return new SignatureStep(signature.FieldIndex, signature.Domain, signature.Selector,
            ExplanationText.Safe($"{what} by {signature.Domain?.ToString() ?? "no domain"}: {signature.Status.ToKeyword()}{Hashes(evidence)}"), steps.DrainToImmutable())
        {
            FieldValue = FieldValue(signature.FieldIndex),
            SignedFields = signature.SignedFields,
            HeaderHash = evidence is { } kept ? Base64(kept.HeaderDigest) : null,
            StatedBodyHash = evidence is { StatedBodyHash.IsEmpty: false } stated ? Base64(stated.StatedBodyHash) : null,
            BodyHash = evidence is { BodyHash.IsEmpty: false } body ? Base64(body.BodyHash) : null,
        };
    }
}
