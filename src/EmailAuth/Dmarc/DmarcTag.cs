using EmailAuth.Syntax;

namespace EmailAuth.Dmarc;

/// <summary>The tags that RFC 9989 §9.3 registers; the last three are historic.</summary>
internal enum DmarcTag
{
    V,
    P,
    Sp,
    Np,
    Adkim,
    Aspf,
    Psd,
    T,
    Fo,
    Rua,
    Ruf,
    Pct,
    Rf,
    Ri,
}

/// <summary>Tags by their names.</summary>
internal static class DmarcTags
{
    public const int Kinds = (int)DmarcTag.Ri + 1;

    /// <summary>RFC 9989 §4.8 writes tag names as ABNF literals, whose case does not matter.</summary>
    public static bool TryIdentify(ReadOnlySpan<byte> name, out DmarcTag tag)
    {
        DmarcTag? found = name.Length switch
        {
            1 => Octets.ToLower(name[0]) switch
            {
                (byte)'v' => DmarcTag.V,
                (byte)'p' => DmarcTag.P,
                (byte)'t' => DmarcTag.T,
                _ => null,
            },
            2 when name.EqualsIgnoreCase("sp"u8) => DmarcTag.Sp,
            2 when name.EqualsIgnoreCase("np"u8) => DmarcTag.Np,
            2 when name.EqualsIgnoreCase("fo"u8) => DmarcTag.Fo,
            2 when name.EqualsIgnoreCase("rf"u8) => DmarcTag.Rf,
            2 when name.EqualsIgnoreCase("ri"u8) => DmarcTag.Ri,
            3 when name.EqualsIgnoreCase("rua"u8) => DmarcTag.Rua,
            3 when name.EqualsIgnoreCase("ruf"u8) => DmarcTag.Ruf,
            3 when name.EqualsIgnoreCase("psd"u8) => DmarcTag.Psd,
            3 when name.EqualsIgnoreCase("pct"u8) => DmarcTag.Pct,
            4 when name.EqualsIgnoreCase("aspf"u8) => DmarcTag.Aspf,
            5 when name.EqualsIgnoreCase("adkim"u8) => DmarcTag.Adkim,
            _ => null,
        };
        tag = found ?? default;
        return found is not null;
    }
}
