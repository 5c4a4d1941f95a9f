using System.Security.Cryptography;
using EmailAuth.Syntax;

namespace EmailAuth.Signatures;

/// <summary>
/// Puts other letters and digits in the place of those of a text, by a keyed hash of it (RFC 2104): the same text gets the same ones under the same key, and
/// nobody without the key can tell or try which text it was. Length, case and everything that is no letter or digit stay, so that what parses parses
/// the same way.
/// </summary>
internal sealed class Pseudonyms
{
    private readonly byte[] _key;

    /// <summary>Takes a key; an empty one for one that nobody knows.</summary>
    public Pseudonyms(ReadOnlySpan<byte> key) => _key = key.IsEmpty ? RandomNumberGenerator.GetBytes(32) : key.ToArray();

    /// <summary>Replaces in place.</summary>
    public void Replace(Span<byte> text)
    {
        if (text.IndexOfAnyExceptInRange((byte)0, (byte)'/') < 0)
            return;
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> last = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, text, hash);
        var used = 0;
        byte lead = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (used == hash.Length)
            {
                // Longer than a hash: the next one is that of the last.
                hash.CopyTo(last);
                HMACSHA256.HashData(_key, last, hash);
                used = 0;
            }
            var octet = text[i];
            text[i] = Other(octet, lead, hash[used++]);
            lead = octet;
        }
    }

    private static byte Other(byte octet, byte before, byte random) => octet switch
    {
        _ when Octets.IsDigit(octet) => (byte)('0' + random % 10),
        >= (byte)'a' and <= (byte)'z' => (byte)('a' + random % 26),
        >= (byte)'A' and <= (byte)'Z' => (byte)('A' + random % 26),
        // RFC 3629 §4: the octets that may follow these are restricted, or lead to control characters; they stay.
        >= 0x80 and <= 0xBF when before is not (0xC2 or 0xE0 or 0xED or 0xEF or 0xF0 or 0xF4) => (byte)(0x80 + random % 64),
        _ => octet,
    };
}
