namespace EmailAuth.Syntax;

/// <summary>How grave a <see cref="Diagnostic"/> is.</summary>
public enum DiagnosticSeverity
{
    /// <summary>A receiver cannot act on the record, or not on this part of it.</summary>
    Error,

    /// <summary>The record works, but not as its owner would wish.</summary>
    Warning,

    /// <summary>Worth knowing; nothing is wrong.</summary>
    Info,
}

/// <summary>What a reader of a record or field found, and where: the answer of <c>emailauth lint</c>.</summary>
/// <param name="Severity">How grave it is.</param>
/// <param name="Position">The zero-based offset, in octets, from the start of the text that was read.</param>
/// <param name="Text">What is wrong and what would be right, for people: without a capital letter and a full stop, as it stands within a line.</param>
/// <param name="Section">The section that decides, such as <c>RFC 7208 §5.6</c>.</param>
public sealed record Diagnostic(DiagnosticSeverity Severity, int Position, string Text, string Section);
