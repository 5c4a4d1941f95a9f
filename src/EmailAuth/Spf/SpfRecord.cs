using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using EmailAuth.Syntax;

namespace EmailAuth.Spf;

/// <summary>
/// An SPF record (RFC 7208 §4.5, §12), read once into directives and modifiers. Immutable.
/// </summary>
public sealed class SpfRecord
{
    /// <summary>The longest record that is read, in octets: 8 KiB. RFC 7208 §3.4 wants a record to be far shorter.</summary>
    public const int MaxLength = 8 << 10;

    private readonly ReadOnlyMemory<byte> _octets;

    internal SpfRecord(
        ReadOnlyMemory<byte> octets,
        ImmutableArray<SpfDirective> directives,
        ImmutableArray<SpfModifier> otherModifiers,
        SpfModifier? redirect,
        SpfModifier? explanation,
        ImmutableArray<Diagnostic> errors)
    {
        _octets = octets;
        Directives = directives;
        OtherModifiers = otherModifiers;
        Redirect = redirect;
        Explanation = explanation;
        Errors = errors;
        foreach (var directive in directives)
            HasAll |= directive.Mechanism == SpfMechanism.All;
    }

    /// <summary>The version section, without the space or the end that must follow it.</summary>
    internal static ReadOnlySpan<byte> Version => "v=spf1"u8;

    /// <summary>The directives, in their order.</summary>
    public ImmutableArray<SpfDirective> Directives { get; }

    /// <summary>The "redirect" modifier (RFC 7208 §6.1), or null. Without effect where <see cref="HasAll"/> is true.</summary>
    public SpfModifier? Redirect { get; }

    /// <summary>The "exp" modifier (RFC 7208 §6.2), or null.</summary>
    public SpfModifier? Explanation { get; }

    /// <summary>Modifiers of other specifications, which change nothing here (RFC 7208 §6).</summary>
    public ImmutableArray<SpfModifier> OtherModifiers { get; }

    /// <summary>Whether there is an "all" mechanism (RFC 7208 §5.1).</summary>
    public bool HasAll { get; }

    /// <summary>Empty for a record that follows the grammar. A record with errors is never evaluated.</summary>
    internal ImmutableArray<Diagnostic> Errors { get; }

    internal ReadOnlySpan<byte> OctetSpan => _octets.Span;

    /// <summary>Reads one record.</summary>
    /// <param name="octets">The TXT record's strings, joined (RFC 7208 §3.3). They are copied.</param>
    /// <param name="record">The record, or null.</param>
    /// <param name="error">The first error, or null. Where there is no version section, the position is 0.</param>
    /// <returns>False if this is no SPF record, is longer than <see cref="MaxLength"/> or does not follow the grammar.</returns>
    public static bool TryParse(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out SpfRecord? record, [NotNullWhen(false)] out Diagnostic? error)
    {
        record = null;
        error = SpfLint.NoRecord(octets);
        if (error is not null)
            return false;
        var read = Read(octets.ToArray(), findAllErrors: false);
        if (read.Errors.Length > 0)
        {
            error = read.Errors[0];
            return false;
        }
        record = read;
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out SpfRecord?, out Diagnostic?)"/>
    /// <param name="text">The record; positions count octets of its UTF-8 form.</param>
    /// <param name="record">The record, or null.</param>
    /// <param name="error">The first error, or null.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out SpfRecord? record, [NotNullWhen(false)] out Diagnostic? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(Encoding.UTF8.GetBytes(text), out record, out error);
    }

    /// <summary>Says everything that is wrong or doubtful in a record, without asking DNS. </summary>
    /// <param name="octets">The TXT record's strings, joined (RFC 7208 §3.3).</param>
    public static LintReport Lint(ReadOnlySpan<byte> octets) => SpfLint.Check(octets);

    /// <inheritdoc cref="Lint(ReadOnlySpan{byte})"/>
    /// <param name="text">The record; positions count octets of its UTF-8 form.</param>
    public static LintReport Lint(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return SpfLint.Check(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>
    /// RFC 7208 §4.5: "a version section of exactly v=spf1", ended by a space or the record's end. ABNF literals ignore case.
    /// </summary>
    internal static bool IsSpfRecord(ReadOnlySpan<byte> octets) =>
        octets.StartsWithIgnoreCase(Version) && (octets.Length == Version.Length || octets[Version.Length] == ' ');

    /// <summary>Reads a record for which <see cref="IsSpfRecord"/> holds.</summary>
    internal static SpfRecord Read(ReadOnlyMemory<byte> octets, bool findAllErrors) => new SpfRecordReader(octets, findAllErrors).Read();

    /// <summary>The record as it was written.</summary>
    public override string ToString() => Octets.ToText(_octets.Span);
}
