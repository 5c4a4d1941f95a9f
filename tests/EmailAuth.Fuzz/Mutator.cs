using System.Text;

namespace EmailAuth.Fuzz;

/// <summary>
/// Makes the n-th input of a target out of its seeds and tokens. The same seed and number give the same input, whatever ran before, so that a
/// finding is told by two numbers.
/// </summary>
internal sealed class Mutator
{
    /// <summary>No input grows over this.</summary>
    public const int Longest = 16 << 10;

    private readonly byte[][] _seeds;
    private readonly byte[][] _tokens;
    private readonly ulong _base;
    private byte[] _input = new byte[Longest];
    private byte[] _spare = new byte[Longest];
    private int _length;
    private ulong _state;

    public Mutator(FuzzTarget target, Corpus? corpus, int seed)
    {
        _seeds = [.. target.Seeds, .. corpus?.Named(target).Select(named => named.Input).Where(input => input.Length <= Longest) ?? [], .. corpus?.Queue(target) ?? []];
        _tokens = [.. target.Tokens.Select(Encoding.Latin1.GetBytes)];
        _base = (ulong)(uint)seed << 32;
        foreach (var character in target.Name)
            _base = (_base ^ character) * 0x100000001B3;
    }

    /// <summary>The input of that number; valid until the next call.</summary>
    public ReadOnlySpan<byte> Make(long number)
    {
        _state = _base ^ (ulong)number * 0x9E3779B97F4A7C15;
        Set(_seeds[Next(_seeds.Length)]);
        // Mostly a few changes, so that the input stays near to what is good; now and then many.
        for (var left = Next(8) == 0 ? Next(40) : 1 + Next(5); left > 0; left--)
            Change();
        return _input.AsSpan(0, _length);
    }

    private void Change()
    {
        var at = Next(_length + 1);
        switch (Next(14))
        {
            case 0 or 1 or 2:
                Insert(at, _tokens[Next(_tokens.Length)]);
                break;
            case 3 or 4:
                Overwrite(at, _tokens[Next(_tokens.Length)]);
                break;
            case 5:
                if (at < _length)
                    _input[at] ^= (byte)(1 << Next(8));
                break;
            case 6:
                if (at < _length)
                    _input[at] = (byte)Next(256);
                break;
            case 7:
                Remove(at, 1 + Next(8));
                break;
            case 8:
                Remove(at, Next(_length + 1));
                break;
            case 9:
                Repeat(at, 1 + Next(20), 1 + Next(4));
                break;
            case 10:
                Repeat(at, 1 + Next(6), 1 << Next(10));
                break;
            case 11:
                Splice(at, _seeds[Next(_seeds.Length)]);
                break;
            case 12:
                _length = at;
                break;
            default:
                Move(at, Next(_length + 1), 1 + Next(30));
                break;
        }
    }

    private void Set(byte[] seed)
    {
        _length = Math.Min(seed.Length, Longest);
        seed.AsSpan(0, _length).CopyTo(_input);
    }

    private void Insert(int at, ReadOnlySpan<byte> octets)
    {
        if (_length + octets.Length > Longest)
            return;
        _input.AsSpan(at, _length - at).CopyTo(_input.AsSpan(at + octets.Length));
        octets.CopyTo(_input.AsSpan(at));
        _length += octets.Length;
    }

    private void Overwrite(int at, ReadOnlySpan<byte> octets)
    {
        Remove(at, octets.Length);
        Insert(at, octets);
    }

    private void Remove(int at, int length)
    {
        length = Math.Min(length, _length - at);
        _input.AsSpan(at + length, _length - at - length).CopyTo(_input.AsSpan(at));
        _length -= length;
    }

    private void Repeat(int at, int length, int times)
    {
        length = Math.Min(length, _length - at);
        times = length == 0 ? 0 : Math.Min(times, (Longest - _length) / length);
        var part = _spare.AsSpan(0, length * times);
        for (var i = 0; i < times; i++)
            _input.AsSpan(at, length).CopyTo(part[(i * length)..]);
        Insert(at, part);
    }

    /// <summary>The beginning of this input and the end of another.</summary>
    private void Splice(int at, byte[] other)
    {
        var from = Next(other.Length + 1);
        var length = Math.Min(other.Length - from, Longest - at);
        other.AsSpan(from, length).CopyTo(_input.AsSpan(at));
        _length = at + length;
    }

    private void Move(int from, int to, int length)
    {
        length = Math.Min(length, _length - from);
        var part = _spare.AsSpan(0, length);
        _input.AsSpan(from, length).CopyTo(part);
        Remove(from, length);
        Insert(Math.Min(to, _length), part);
    }

    /// <summary>SplitMix64.</summary>
    private int Next(int bound)
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = _state;
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
        mixed ^= mixed >> 31;
        return (int)((mixed >> 32) * (ulong)bound >> 32);
    }
}
