using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using EmailAuth.Dns;
using EmailAuth.Message;

namespace EmailAuth.AuthResults;

/// <summary>
/// The content of one Authentication-Results field (RFC 8601 §2.2): which service checked a message, and what each method came to.
/// Generic: any method and property can be written and read. Immutable.
/// </summary>
/// <example><code>
/// var results = new AuthenticationResults("mx.example.net",
///     [new MethodResult("spf", "pass") { Properties = [new("smtp", "mailfrom", "example.com")] }]);
/// HeaderField field = results.ToHeaderField();
/// </code></example>
public sealed class AuthenticationResults
{
    /// <summary>The field's name.</summary>
    public const string FieldName = "Authentication-Results";

    internal const int LongestKeyword = 64;

    /// <summary>Content to be written.</summary>
    /// <param name="authservId">The name of the service that checked (RFC 8601 §2.5), usually a domain: at most 320 octets, no control characters.</param>
    /// <param name="results">The results, the weightiest first: what does not fit the field's length is left out from the end. Empty writes <c>none</c>.</param>
    /// <exception cref="ArgumentException">A name is no keyword of RFC 5321 §4.1.2 (letters, digits and inner hyphens, at most 64), or the authserv-id is unfit.</exception>
    public AuthenticationResults(string authservId, ImmutableArray<MethodResult> results)
    {
        CheckAuthservId(authservId);
        AuthservId = authservId;
        Results = results.IsDefault ? [] : results;
        foreach (var result in Results)
            Check(result);
    }

    private AuthenticationResults(ImmutableArray<MethodResult> results, string authservId)
    {
        AuthservId = authservId;
        Results = results;
    }

    /// <summary>The name of the service that checked, without quotes and escapes.</summary>
    public string AuthservId { get; }

    /// <summary>The results in the order of the field; empty for <c>none</c>: no authentication was done.</summary>
    public ImmutableArray<MethodResult> Results { get; }

    /// <summary>
    /// The field, folded at 78 octets where it can be, never with a line over 998. Whatever the values hold, they add no line, result or property:
    /// what is not plain is quoted, control characters are dropped, and what is too long ends in "...".
    /// </summary>
    /// <param name="allowUtf8">Whether the message may have UTF-8 in its header (RFC 6532); otherwise a "?" stands for each character outside ASCII.</param>
    /// <param name="limits">How long it may become; null for the defaults. Where it would be longer, comments go first, then reasons, then values and
    /// properties, of the last results before the first.</param>
    public HeaderField ToHeaderField(bool allowUtf8 = false, AuthenticationResultsLimits? limits = null)
    {
        using var text = AuthenticationResultsWriter.Write(AuthservId, new Written(Results), allowUtf8, limits ?? AuthenticationResultsLimits.Default);
        return text.ToHeaderField(FieldName);
    }

    /// <summary>The same field from results that are in no object.</summary>
    /// <inheritdoc cref="AuthenticationResults(string, ImmutableArray{MethodResult})"/>
    internal static HeaderField ToHeaderField<T>(string authservId, in T results, AuthenticationResultsLimits limits)
        where T : struct, IMethodResults
    {
        CheckAuthservId(authservId);
        using var text = AuthenticationResultsWriter.Write(authservId, results, allowUtf8: false, limits);
        return text.ToHeaderField(FieldName);
    }

    /// <summary>The objects for results that are in none.</summary>
    /// <inheritdoc cref="AuthenticationResults(string, ImmutableArray{MethodResult})"/>
    internal static AuthenticationResults Of<T>(string authservId, in T results)
        where T : struct, IMethodResults
    {
        Span<char> room = stackalloc char[AuthenticationResultsWriter.RoomForValue];
        var methods = ImmutableArray.CreateBuilder<MethodResult>(results.Count);
        for (var i = 0; i < results.Count; i++)
        {
            var head = results.HeadOf(i);
            var properties = ImmutableArray.CreateBuilder<AuthenticationResultsProperty>(results.PropertiesOf(i));
            for (var j = 0; j < properties.Capacity; j++)
            {
                var (type, name) = results.NameOf(i, j);
                properties.Add(new AuthenticationResultsProperty(type, name, results.ValueOf(i, j, room).ToString()));
            }
            methods.Add(new MethodResult(head.Method, head.Result)
            {
                MethodVersion = head.Version,
                Comment = results.CommentOf(i),
                Reason = results.ReasonOf(i),
                Properties = properties.MoveToImmutable(),
            });
        }
        return new AuthenticationResults(authservId, methods.MoveToImmutable());
    }

    /// <summary>The value of the field of <see cref="ToHeaderField(bool, AuthenticationResultsLimits?)"/> as one line.</summary>
    /// <inheritdoc cref="ToHeaderField(bool, AuthenticationResultsLimits?)"/>
    public string ToUnfoldedValue(bool allowUtf8 = false, AuthenticationResultsLimits? limits = null)
    {
        using var text = AuthenticationResultsWriter.Write(AuthservId, new Written(Results), allowUtf8, limits ?? AuthenticationResultsLimits.Default);
        return text.Unfolded();
    }

    /// <summary>The value as one line, with UTF-8 where the values have it.</summary>
    public override string ToString() => ToUnfoldedValue(allowUtf8: true);

    /// <summary>
    /// Reads a field's value by RFC 8601 §2.2, with tolerance for what is common and harmless: unquoted values, empty results between semicolons,
    /// properties without a ptype (left out). Keywords come out in lower case.
    /// </summary>
    /// <param name="field">The field; its name is not looked at.</param>
    /// <param name="results">What it says, or null. Who wrote it is not known from this: see RFC 8601 §1.6 before you trust it.</param>
    /// <param name="problem">Why it could not be read, for people; null if it could.</param>
    /// <param name="limits">How much is read; null for the defaults.</param>
    public static bool TryRead(
        HeaderField field,
        [NotNullWhen(true)] out AuthenticationResults? results,
        [NotNullWhen(false)] out string? problem,
        AuthenticationResultsLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(field);
        return TryRead(field.RawValue.Span, out results, out problem, limits);
    }

    /// <summary>Reads the octets behind a field's colon, folds included; in ARC-Authentication-Results (RFC 8617 §4.1.1) those behind the instance tag.</summary>
    internal static bool TryRead(
        ReadOnlySpan<byte> value,
        [NotNullWhen(true)] out AuthenticationResults? results,
        [NotNullWhen(false)] out string? problem,
        AuthenticationResultsLimits? limits = null)
    {
        var reader = new AuthenticationResultsReader(value, limits ?? AuthenticationResultsLimits.Default);
        problem = reader.Read(out var authservId, out var read);
        results = problem is null ? new AuthenticationResults(read, authservId) : null;
        return results is not null;
    }

    /// <summary>The fields of a message from top to bottom, as far as <see cref="AuthenticationResultsLimits.MaxFields"/>, with what was read or why not.</summary>
    internal static ImmutableArray<(int Field, AuthenticationResults? Results, string? Problem)> ReadAll(HeaderBlock header, AuthenticationResultsLimits limits)
    {
        var read = ImmutableArray.CreateBuilder<(int, AuthenticationResults?, string?)>();
        for (var i = 0; i < header.Fields.Length && read.Count < limits.MaxFields; i++)
        {
            if (!header.IsNamed(header.Fields[i], "Authentication-Results"u8))
                continue;
            TryRead(header.Value(header.Fields[i]), out var results, out var problem, limits);
            read.Add((i, results, problem));
        }
        return read.DrainToImmutable();
    }

    /// <summary>
    /// RFC 8601 §5: the fields that claim to come from the service that is about to write its own, and those of a version that nobody here knows.
    /// The highest index comes first, so that removing one moves no other.
    /// </summary>
    internal static ImmutableArray<int> ForgedFields(HeaderBlock header, string authservId)
    {
        CheckAuthservId(authservId);
        return ForgedAuthenticationResults.Find(header, authservId);
    }

    private readonly struct Written(ImmutableArray<MethodResult> results) : IMethodResults
    {
        public int Count => results.Length;

        public MethodHead HeadOf(int result) => new(results[result].Method, results[result].MethodVersion, results[result].Result);

        public string? CommentOf(int result) => results[result].Comment;

        public string? ReasonOf(int result) => results[result].Reason;

        public int PropertiesOf(int result) => results[result].Properties.Length;

        public PropertyName NameOf(int result, int property) => new(results[result].Properties[property].Type, results[result].Properties[property].Name);

        public ReadOnlySpan<char> ValueOf(int result, int property, Span<char> room) => results[result].Properties[property].Value;
    }

    private static void CheckAuthservId(string authservId)
    {
        ArgumentException.ThrowIfNullOrEmpty(authservId);
        if (Encoding.UTF8.GetByteCount(authservId) > 320)
            throw new ArgumentException("The authserv-id is longer than 320 octets; right would be the domain of the receiving service.", nameof(authservId));
        foreach (var character in authservId)
        {
            if (char.IsControl(character) || char.IsSurrogate(character))
                throw new ArgumentException("The authserv-id holds a control character; right would be the domain of the receiving service.", nameof(authservId));
        }
        if (!Ascii.IsValid(authservId) && !DomainName.TryParse(authservId, out _))
            throw new ArgumentException($"The authserv-id \"{authservId}\" is neither ASCII nor a domain name.", nameof(authservId));
    }

    private static void Check(MethodResult result)
    {
        ArgumentNullException.ThrowIfNull(result, "results");
        CheckKeyword(result.Method, "method");
        CheckKeyword(result.Result, "result");
        if (result.MethodVersion is { } version && (version.Length is 0 or > LongestKeyword || version.AsSpan().ContainsAnyExceptInRange('0', '9')))
            throw new ArgumentException($"The method version \"{version}\" is not a number.");
        foreach (var property in result.Properties)
        {
            ArgumentNullException.ThrowIfNull(property, "results");
            ArgumentNullException.ThrowIfNull(property.Value, "results");
            CheckKeyword(property.Type, "property type");
            CheckKeyword(property.Name, "property");
        }
    }

    /// <summary>RFC 5321 §4.1.2: Keyword = Ldh-str, which ends in a letter or digit.</summary>
    private static void CheckKeyword(string keyword, string what)
    {
        ArgumentNullException.ThrowIfNull(keyword, "results");
        var fits = keyword.Length is > 0 and <= LongestKeyword && keyword[^1] != '-';
        foreach (var character in keyword)
            fits &= char.IsAsciiLetterOrDigit(character) || character == '-';
        if (!fits)
            throw new ArgumentException($"The {what} \"{keyword}\" is no keyword: 1 to {LongestKeyword} letters, digits and inner hyphens.");
    }
}
