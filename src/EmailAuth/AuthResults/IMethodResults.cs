namespace EmailAuth.AuthResults;

/// <summary>Results in the words of a field, one after the other, without an object for each: what <see cref="AuthenticationResultsWriter"/> writes.</summary>
internal interface IMethodResults
{
    /// <summary>How many results there are.</summary>
    int Count { get; }

    /// <summary>What stands first of a result, and always stands there.</summary>
    MethodHead HeadOf(int result);

    /// <summary>The comment; null if there is none.</summary>
    string? CommentOf(int result);

    /// <summary>The reason; null if there is none.</summary>
    string? ReasonOf(int result);

    /// <summary>How many properties a result has.</summary>
    int PropertiesOf(int result);

    /// <summary>The name of a property.</summary>
    PropertyName NameOf(int result, int property);

    /// <summary>The value of a property.</summary>
    /// <param name="result">Which result.</param>
    /// <param name="property">Which of its properties.</param>
    /// <param name="room">Room for a value that is no text yet: <see cref="AuthenticationResultsWriter.RoomForValue"/> characters.</param>
    ReadOnlySpan<char> ValueOf(int result, int property, Span<char> room);
}

/// <summary>methodspec of RFC 8601 §2.2.</summary>
/// <param name="Method">The method.</param>
/// <param name="Version">Its version; null for 1.</param>
/// <param name="Result">The result.</param>
internal readonly record struct MethodHead(string Method, string? Version, string Result);

/// <summary>The name of a property (RFC 8601 §2.2).</summary>
/// <param name="Type">The ptype.</param>
/// <param name="Name">The property.</param>
internal readonly record struct PropertyName(string Type, string Name);
