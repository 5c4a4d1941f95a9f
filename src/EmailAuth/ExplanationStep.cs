using System.Collections.Immutable;

namespace EmailAuth;

/// <summary>The rule behind a step.</summary>
/// <param name="Name">For programs: the method and the member of its reason, such as <c>spf.tooManyDnsLookups</c>.</param>
/// <param name="Section">The section that decides, such as <c>RFC 7208 §4.6.4</c>.</param>
/// <param name="Rows">Where RFCs leave room: the decisions of this library that the step falls under, such as <c>S7</c>. Mostly empty or one.</param>
public sealed record ExplanationRule(string Name, string Section, ImmutableArray<string> Rows);

/// <summary>What kind of thing a step depends on.</summary>
public enum ExplanationInputKind
{
    /// <summary>The address of the SMTP client.</summary>
    ClientAddress,

    /// <summary>The argument of HELO or EHLO.</summary>
    Helo,

    /// <summary>The reverse-path.</summary>
    MailFrom,

    /// <summary>A field of the header section.</summary>
    HeaderField,

    /// <summary>The body.</summary>
    Body,

    /// <summary>A DNS answer.</summary>
    Dns,

    /// <summary>The time.</summary>
    Clock,

    /// <summary>An option of the receiver.</summary>
    Option,
}

/// <summary>What a step depends on: with another one it might have come out otherwise.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Name">Which one: <c>example.com TXT</c>, <c>DKIM-Signature[3]</c> (the index among all fields, from 0 at the top), <c>Limits.Spf.MaxVoidLookups</c>. Empty where the kind says it.</param>
public sealed record ExplanationInput(ExplanationInputKind Kind, string Name);

/// <summary>One step of an <see cref="Explanation"/>. Immutable. Its texts are safe to show: one line, no control characters.</summary>
public abstract class ExplanationStep
{
    private protected ExplanationStep(string text, ImmutableArray<ExplanationStep> steps)
    {
        Text = text;
        Steps = steps;
    }

    /// <summary>The step for people: one sentence without capital letter and full stop.</summary>
    public string Text { get; }

    /// <summary>The rule behind it; null where there is none to name.</summary>
    public ExplanationRule? Rule { get; internal init; }

    /// <summary>What it depends on; null where that is what stands above it.</summary>
    public ExplanationInput? Input { get; internal init; }

    /// <summary>Whether this step decided its method's result.</summary>
    public bool IsDeciding { get; internal init; }

    /// <summary>The steps that it is made of, in their order.</summary>
    public ImmutableArray<ExplanationStep> Steps { get; }

    /// <summary>For people.</summary>
    public override string ToString() => Text;
}
