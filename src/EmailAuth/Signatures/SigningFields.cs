using System.Collections.Immutable;
using System.Text;
using EmailAuth.Message;
using EmailAuth.Syntax;

namespace EmailAuth.Signatures;

/// <summary>Which fields a signer covers (RFC 6376 §5.4): names, checked once, and the value of <c>h=</c> that they make for a message.</summary>
internal sealed class SigningFields
{
    /// <summary>Fields worth signing wherever they stand (RFC 6376 §5.4.1), besides <see cref="DefaultOversigned"/>.</summary>
    public static ImmutableArray<string> DefaultSigned { get; } =
    [
        "In-Reply-To", "References", "Sender", "Content-Transfer-Encoding", "Content-ID", "Content-Description",
        "Resent-Date", "Resent-From", "Resent-To", "Resent-Cc", "Resent-Message-ID",
        "List-Id", "List-Help", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Subscribe", "List-Post", "List-Owner", "List-Archive",
    ];

    /// <summary>Fields that people and their programs go by.</summary>
    public static ImmutableArray<string> DefaultOversigned { get; } =
        ["From", "To", "Cc", "Subject", "Date", "Reply-To", "Message-ID", "Content-Type", "MIME-Version"];

    private readonly List<(byte[] Name, string Text, bool IsOversigned)> _fields = [];

    /// <summary>Adds a name; one that was added before is left as it is.</summary>
    /// <param name="name">The name of a field.</param>
    /// <param name="isOversigned">Whether to name it once more than it stands, so that one added later breaks the signature (RFC 6376 §5.4).</param>
    /// <returns>False if it is no field name.</returns>
    public bool TryAdd(string name, bool isOversigned)
    {
        var octets = Encoding.UTF8.GetBytes(name);
        if (!SignedFieldList.TryRead(octets, 1, out _, out _) || octets.AsSpan().Contains((byte)':'))
            return false;
        if (!Contains(octets))
            _fields.Add((octets, name, isOversigned));
        return true;
    }

    public bool Contains(ReadOnlySpan<byte> name)
    {
        foreach (var (known, _, _) in _fields)
        {
            if (((ReadOnlySpan<byte>)known).EqualsIgnoreCase(name))
                return true;
        }
        return false;
    }

    /// <summary>The value of <c>h=</c> for this message: each name as often as its field stands, and once more if oversigned.</summary>
    /// <param name="header">The message's fields.</param>
    /// <param name="count">How many names there are; verifiers look for at most <see cref="SignatureLimits.MaxSignedFields"/>.</param>
    public string NamesFor(HeaderBlock header, out int count)
    {
        var names = new StringBuilder(256);
        count = 0;
        foreach (var (name, text, isOversigned) in _fields)
        {
            var times = isOversigned ? 1 : 0;
            foreach (ref readonly var field in header.Fields)
                times += header.IsNamed(field, name) ? 1 : 0;
            count += times;
            for (; times > 0; times--)
                names.Append(names.Length == 0 ? "" : ":").Append(text);
        }
        return names.ToString();
    }
}
