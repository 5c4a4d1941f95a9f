using System.Collections.Immutable;
using EmailAuth.Syntax;

namespace EmailAuth.Spf;

/// <summary>Reads a record (RFC 7208 §12) into its compiled form: terms (§4.6.1) and modifiers (§6). Its errors have a position and a section.</summary>
internal ref struct SpfRecordReader
{
    private readonly ReadOnlyMemory<byte> _octets;
    private readonly ReadOnlySpan<byte> _text;
    private readonly int _mostErrors;
    private readonly ImmutableArray<SpfDirective>.Builder _directives = ImmutableArray.CreateBuilder<SpfDirective>();
    private readonly ImmutableArray<SpfModifier>.Builder _modifiers = ImmutableArray.CreateBuilder<SpfModifier>();
    private readonly ImmutableArray<Diagnostic>.Builder _errors = ImmutableArray.CreateBuilder<Diagnostic>();
    private SpfModifier? _redirect;
    private SpfModifier? _explanation;

    /// <param name="octets">A record for which <see cref="SpfRecord.IsSpfRecord"/> holds.</param>
    /// <param name="findAllErrors">Whether to read on after an error, up to <see cref="SpfLint.MostFindings"/>.</param>
    public SpfRecordReader(ReadOnlyMemory<byte> octets, bool findAllErrors)
    {
        _octets = octets;
        _text = octets.Span;
        _mostErrors = findAllErrors ? SpfLint.MostFindings : 1;
    }

    /// <summary>record = version terms *SP; terms = *( 1*SP ( directive / modifier ) ).</summary>
    public SpfRecord Read()
    {
        var at = SpfRecord.Version.Length;
        while (at < _text.Length && _errors.Count < _mostErrors)
        {
            if (_text[at] == ' ')
            {
                at++;
                continue;
            }
            var space = _text[at..].IndexOf((byte)' ');
            var end = space < 0 ? _text.Length : at + space;
            ReadTerm(at, end);
            at = end;
        }
        return new SpfRecord(_octets, _directives.DrainToImmutable(), _modifiers.DrainToImmutable(), _redirect, _explanation, _errors.DrainToImmutable());
    }

    private void ReadTerm(int start, int end)
    {
        var term = _text[start..end];
        for (var i = 0; i < term.Length; i++)
        {
            if (!Octets.IsVisible(term[i]))
            {
                RefuseOctet(start + i, term[i]);
                return;
            }
        }
        // RFC 7208 §4.6.1: a modifier has "=" after its name, before any ":" or "/".
        var nameEnd = term.IndexOfAny(":/="u8);
        if (nameEnd >= 0 && term[nameEnd] == '=')
            ReadModifier(start, term, nameEnd);
        else if (SpfMechanismReader.TryRead(_octets[start..end], start, out var directive, out var error))
            _directives.Add(directive);
        else
            _errors.Add(error);
    }

    private readonly void RefuseOctet(int position, byte octet)
    {
        if (octet > 0x7F)
            Fail(position, $"the octet 0x{octet:X2} is not ASCII; a record holds US-ASCII only, and internationalized names as A-labels (xn--...)", "§3.1");
        else
            Fail(position, $"the octet 0x{octet:X2} is a control character; terms are separated by spaces only", "§4.6.1");
    }

    /// <summary>modifier = redirect / explanation / unknown-modifier.</summary>
    private void ReadModifier(int start, ReadOnlySpan<byte> term, int nameEnd)
    {
        var name = term[..nameEnd];
        var value = term[(nameEnd + 1)..];
        var valueStart = start + nameEnd + 1;
        if (!IsModifierName(name))
            Fail(start, $"\"{Octets.ToPrintable(name)}\" is no name of a modifier: it begins with a letter, and letters, digits, \"-\", \"_\" and \".\" follow", "§4.6.1");
        else if (name.EqualsIgnoreCase("redirect"u8))
            ReadKnownModifier(ref _redirect, start, name, value, valueStart);
        else if (name.EqualsIgnoreCase("exp"u8))
            ReadKnownModifier(ref _explanation, start, name, value, valueStart);
        else if (SpfMacroReader.TryReadMacroString(value, valueStart, out var error))
            _modifiers.Add(new SpfModifier(Octets.ToText(name), Octets.ToText(value), start, null));
        else
            _errors.Add(error);
    }

    private readonly void ReadKnownModifier(ref SpfModifier? modifier, int start, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int valueStart)
    {
        // RFC 7208 §6: "These two modifiers MUST NOT appear in a record more than once each."
        if (modifier is not null)
            Fail(start, $"\"{Octets.ToText(name)}=\" stands here for the second time; it may come once", "§6");
        else if (SpfMacroReader.TryReadDomainSpec(value, valueStart, out var spec, out var error))
            modifier = new SpfModifier(Octets.ToText(name), Octets.ToText(value), start, spec);
        else
            _errors.Add(error);
    }

    /// <summary>name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ).</summary>
    private static bool IsModifierName(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || !Octets.IsAlpha(name[0]))
            return false;
        foreach (var octet in name)
        {
            if (!Octets.IsAlphanumeric(octet) && octet is not ((byte)'-' or (byte)'_' or (byte)'.'))
                return false;
        }
        return true;
    }

    private readonly void Fail(int position, string text, string section) =>
        _errors.Add(new Diagnostic(DiagnosticSeverity.Error, position, text, $"RFC 7208 {section}"));
}
