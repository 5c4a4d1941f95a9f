using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using EmailAuth.Dns;

namespace EmailAuth;

/// <summary>
/// Why a verdict is what it is: a tree of steps, the methods first, below each what it is made of, and for each step the rule, the section and what it
/// depends on. Bounded, whatever the message and DNS hold, and safe to show. See <see cref="VerificationResult.Explain"/>.
/// </summary>
public sealed class Explanation
{
    /// <summary>The most steps; those beyond are counted in <see cref="StepsLeftOut"/>.</summary>
    public const int MaxSteps = 2_000;

    private readonly string _paragraph;

    internal Explanation(ImmutableArray<ExplanationStep> steps, string paragraph, bool hasEvidence, int stepsLeftOut)
    {
        Steps = steps;
        _paragraph = paragraph;
        HasEvidence = hasEvidence;
        StepsLeftOut = stepsLeftOut;
    }

    /// <summary>One <see cref="MethodStep"/> a method, in the order in which they build on each other.</summary>
    public ImmutableArray<ExplanationStep> Steps { get; }

    /// <summary>
    /// Whether the evidence was kept (<see cref="EmailAuthenticatorOptions.KeepEvidence"/>). If not, there are the results and their rules, but no DNS answers, terms that
    /// did not match, and hashes.
    /// </summary>
    public bool HasEvidence { get; }

    /// <summary>Steps that are not told, since there were too many.</summary>
    public int StepsLeftOut { get; }

    /// <summary>One paragraph for a postmaster: what happened, why, and what the sender or the receiver could change.</summary>
    public string ToParagraph() => _paragraph;

    /// <summary>The whole tree as lines, each two spaces further in than what it belongs to.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var step in Steps)
            Append(text, step, 0);
        if (StepsLeftOut > 0)
            text.Append("... and ").Append(StepsLeftOut).Append(" more steps, which are not told\n");
        if (!HasEvidence)
            text.Append("(without evidence: DNS answers, terms that did not match and hashes were not kept)\n");
        return text.ToString();
    }

    private static void Append(StringBuilder text, ExplanationStep step, int depth)
    {
        text.Append(' ', depth * 2).Append(step.IsDeciding ? "=> " : "").Append(step.Text);
        // The sections only: the rows of ExplanationRule are for programs. An answer needs a rule where something went wrong.
        if (step.Rule is { } rule && (step.IsDeciding || step is LimitStep || (step is DnsStep { Answer: var answer } && (answer.IsStale || answer.Status.IsTransient()))))
            text.Append(" [").Append(rule.Section).Append(']');
        text.Append('\n');
        // No deeper than records may include each other.
        foreach (var part in step.Steps)
            Append(text, part, depth + 1);
    }

    /// <summary>The whole tree as a JSON object.</summary>
    public string ToJson()
    {
        var octets = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(octets))
            WriteTo(json);
        return Encoding.UTF8.GetString(octets.WrittenSpan);
    }

    /// <summary>Writes the whole tree as a JSON object.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ExplanationJson.Write(writer, this);
    }
}
