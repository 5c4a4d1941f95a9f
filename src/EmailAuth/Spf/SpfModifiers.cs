using EmailAuth.Dns;

namespace EmailAuth.Spf;

// RFC 7208 §6: "redirect" and "exp".

internal partial struct SpfEvaluation
{
    /// <summary>Whether the verdict stands already and only its explanation is sought: nothing can change it any more.</summary>
    private readonly bool IsExplaining => _reason != SpfReason.NotChecked;

    // ---- "redirect" (§6.1) ----

    private bool FollowRedirect(out DnsQuestion question)
    {
        question = default;
        ref var frame = ref Top;
        var redirect = frame.Record!.Redirect!;
        if (NeedsValidatedNames(redirect.DomainSpec))
            return AskForNames(Step.Redirect, isOwnTerm: false, out question);
        var target = IsForAsciiLocalPartOnly(redirect.DomainSpec) ? null : TargetOf(redirect.DomainSpec);
        // §6.1: "if the <target-name> is malformed, the result is a permerror rather than none".
        if (target is null || target.LabelCount < 2)
        {
            Conclude(SpfStatus.PermError, SpfReason.RedirectWithoutRecord, $"\"{redirect.Text}\" of {frame.Domain} leads to no domain name");
            return false;
        }
        _trace?.Tested(_depth, frame.Domain, redirect.Text, SpfTermOutcome.Entered, _lookups, _voidLookups);
        frame.LastRedirect = new Redirection(redirect, frame.LastRedirect);
        frame.Domain = target;
        frame.Record = null;
        _step = Step.Record;
        return false;
    }

    // ---- "exp" (§6.2) ----

    /// <summary>
    /// Only a fail of the outermost record comes here: an included record's "exp" is never used, and after a redirect that of the record
    /// redirected to is (§6.2). Whatever goes wrong, there is no explanation and the verdict stands.
    /// </summary>
    private bool AskForExplanation(out DnsQuestion question)
    {
        question = default;
        var spec = Top.Record!.Explanation!.DomainSpec;
        if (NeedsValidatedNames(spec))
            return AskForNames(Step.Explanation, isOwnTerm: false, out question);
        var dependsOnSender = _dependsOnSender;
        var target = IsForAsciiLocalPartOnly(spec) ? null : TargetOf(spec);
        _dependsOnSender = dependsOnSender;
        if (target is null)
        {
            _step = Step.Ended;
            return false;
        }
        question = new DnsQuestion(target, DnsRecordType.TXT);
        return true;
    }

    private void AcceptExplanation(DnsAnswer answer)
    {
        // §6.2: "if no records are returned, or if more than one record is returned … proceed as if no exp modifier was given".
        _explanationText = answer.Records.Length == 1 ? ExplanationRecord.Of(answer).Text : null;
        _step = _explanationText is null ? Step.Ended : Step.ExplanationText;
    }

    private bool ExpandExplanation(out DnsQuestion question)
    {
        question = default;
        if (NeedsValidatedNames(_explanationText))
            return AskForNames(Step.ExplanationText, isOwnTerm: false, out question);
        _explanation = _explanationText!.ExpandText(MacroValues(Top.Domain, _explanationText)) is { Length: > 0 } text ? text : null;
        _step = Step.Ended;
        return false;
    }

    /// <summary>An explain-string (§7.1), read once for each answer; null text if it is malformed.</summary>
    private sealed class ExplanationRecord
    {
        private ExplanationRecord(SpfMacroString? text) => Text = text;

        public SpfMacroString? Text { get; }

        public static ExplanationRecord Of(DnsAnswer answer) => answer.GetParsed(static answer =>
            new ExplanationRecord(answer.Records[0] is TxtRecord record && SpfMacroReader.TryReadExplanation(record.Octets.Span, out var text) ? text : null));
    }
}
