namespace EmailAuth.MimeKit;

/// <summary>Why a message cannot be taken octet by octet.</summary>
public enum MimeOctetsFault
{
    /// <summary>No fault: never in an exception.</summary>
    None = 0,

    /// <summary>The message, or a field of it, was not loaded but made, so nobody has received its octets.</summary>
    NotLoaded,

    /// <summary>MimeKit writes other octets than those that were signed.</summary>
    WrittenDifferently,

    /// <summary>The message is larger than its reader's bound.</summary>
    TooLarge,

    /// <summary>MimeKit cannot parse the octets as a message.</summary>
    NotParsed,
}

/// <summary>A message cannot be verified, signed or loaded octet by octet. <see cref="Fault"/> tells why, the message what would be right.</summary>
public sealed class MimeOctetsException : Exception
{
    internal MimeOctetsException(MimeOctetsFault fault, string message, Exception? inner = null)
        : base(message, inner) => Fault = fault;

    /// <summary>Why.</summary>
    public MimeOctetsFault Fault { get; }
}
