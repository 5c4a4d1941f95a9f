using System.Collections.Immutable;

namespace EmailAuth.Syntax;

/// <summary>What a checker says of one record or field value, without asking DNS.</summary>
/// <param name="IsUsable">Whether a receiver may act on it.</param>
/// <param name="Diagnostics">What was found, in the order of positions.</param>
public sealed record LintReport(bool IsUsable, ImmutableArray<Diagnostic> Diagnostics);
