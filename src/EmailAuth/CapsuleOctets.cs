using System.Buffers;
using System.Net;
using EmailAuth.Dns;

namespace EmailAuth;

/// <summary>Writes the parts of a capsule. Numbers are seven bits an octet, low bits first, the high bit set on all but the last.</summary>
internal readonly struct CapsuleWriter(IBufferWriter<byte> output)
{
    public void Number(long number)
    {
        var rest = (ulong)number;
        for (; rest > 0x7F; rest >>= 7)
            Octet((byte)(rest | 0x80));
        Octet((byte)rest);
    }

    public void Octet(byte octet)
    {
        output.GetSpan(1)[0] = octet;
        output.Advance(1);
    }

    public void Flag(bool flag) => Octet(flag ? (byte)1 : (byte)0);

    public void Octets(ReadOnlySpan<byte> octets)
    {
        Number(octets.Length);
        output.Write(octets);
    }

    /// <summary>Raw text from a peer may be no Unicode text at all, so that it goes by characters.</summary>
    public void Text(string? text)
    {
        Number(text is null ? 0 : text.Length + 1L);
        foreach (var character in text ?? "")
            Number(character);
    }

    public void Optional(long? number) => Number(number is { } known ? known + 1 : 0);

    public void Name(DomainName? name)
    {
        Flag(name is not null);
        if (name is not null)
            Octets(name.Octets);
    }

    public void Address(IPAddress? address)
    {
        Octets(address is null ? [] : address.GetAddressBytes());
        if (address is { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 })
            Number(address.ScopeId);
    }
}

/// <summary>
/// Reads the parts of a capsule, which may come from anywhere. What is wrong makes it <see cref="HasFailed"/>, and everything after it zero or empty:
/// nothing throws, and nothing is set aside that the octets do not pay for.
/// </summary>
internal ref struct CapsuleReader(ReadOnlySpan<byte> octets)
{
    private ReadOnlySpan<byte> _rest = octets;

    public bool HasFailed { get; private set; }

    public readonly bool IsAtEnd => _rest.IsEmpty;

    private void Fail()
    {
        HasFailed = true;
        _rest = default;
    }

    /// <summary>A number between the two.</summary>
    public long Number(long least, long most)
    {
        long number = 0;
        for (var i = 0; i < _rest.Length && i < 9; i++)
        {
            number |= (long)(_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] > 0x7F)
                continue;
            // One number has one spelling.
            if (i > 0 && _rest[i] == 0)
                break;
            _rest = _rest[(i + 1)..];
            if (number >= least && number <= most)
                return number;
            break;
        }
        Fail();
        return least;
    }

    public int Number(int least, int most) => (int)Number((long)least, most);

    /// <summary>How many parts follow, each of which has at least so many octets.</summary>
    public int Count(int most, int smallest) => Number(0, Math.Min(most, _rest.Length / smallest));

    public bool Flag() => Number(0, 1) == 1;

    public ReadOnlySpan<byte> Octets(int most)
    {
        var length = Number(0, Math.Min(most, _rest.Length));
        // The number itself took an octet of the rest.
        if (length > _rest.Length)
        {
            Fail();
            return default;
        }
        var part = _rest[..length];
        _rest = _rest[length..];
        return part;
    }

    public ReadOnlySpan<byte> Exactly(int length)
    {
        if (length > _rest.Length)
        {
            Fail();
            return default;
        }
        var part = _rest[..length];
        _rest = _rest[length..];
        return part;
    }

    public string? Text(int most)
    {
        var length = Number(0, (int)Math.Min(most + 1L, _rest.Length + 1L)) - 1;
        if (length < 0)
            return null;
        if (length > _rest.Length)
        {
            Fail();
            return "";
        }
        var text = new char[length];
        for (var i = 0; i < length && !HasFailed; i++)
            text[i] = (char)Number(0, char.MaxValue);
        return new string(text);
    }

    /// <summary>The number, or null where none was written.</summary>
    public long? Optional(long most) => Number(0L, most + 1) is > 0 and var number ? number - 1 : null;

    /// <summary>A name as this library writes it: folded, without a final dot.</summary>
    public DomainName? Name()
    {
        if (!Flag() || HasFailed)
            return null;
        var octets = Octets(DomainName.MaxLength);
        if (octets.IsEmpty && !HasFailed)
            return DomainName.Root;
        if (!HasFailed && octets[^1] != '.' && DomainName.TryParseQueryName(octets, out var name) && name.Octets.SequenceEqual(octets))
            return name;
        Fail();
        return null;
    }

    public IPAddress? Address()
    {
        var octets = Octets(16);
        switch (octets.Length)
        {
            case 0:
                return null;
            case 4:
                return new IPAddress(octets);
            case 16:
                return new IPAddress(octets, Number(0L, uint.MaxValue));
            default:
                Fail();
                return null;
        }
    }

    public T Enum<T>(T last)
        where T : struct, Enum, IConvertible => (T)System.Enum.ToObject(typeof(T), Number(0, last.ToInt32(null)));

    /// <summary>Marks the whole as wrong.</summary>
    public void Reject() => Fail();
}
