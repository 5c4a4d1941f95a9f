using EmailAuth.Cli.Output;

namespace EmailAuth.Cli.CommandLine;

/// <summary>
/// The options and operands of one call. The value of an option is taken raw, be it behind <c>=</c> or the next argument, since it may come
/// from an SMTP peer: nothing in it is expanded, split or read as an option, and an empty one is a value.
/// </summary>
internal sealed class Arguments
{
    private readonly Dictionary<Option, List<string>> _values = [];
    private readonly List<string> _operands = [];

    private Arguments()
    {
    }

    /// <summary>What is no option, in order. A single "-" is an operand.</summary>
    public IReadOnlyList<string> Operands => _operands;

    public bool Has(Option option) => _values.ContainsKey(option);

    /// <summary>The option's value; null if it is not given.</summary>
    public string? Value(Option option) => _values.TryGetValue(option, out var values) ? values[0] : null;

    /// <summary>The values of an option that may be given several times, in order.</summary>
    public IReadOnlyList<string> Values(Option option) => _values.TryGetValue(option, out var values) ? values : [];

    /// <exception cref="UsageException">The option is not given.</exception>
    public string Required(Option option) =>
        Value(option) ?? throw new UsageException($"{option.Name} {option.Value} is missing.");

    /// <exception cref="UsageException">An option is unknown, is given twice, lacks a value or has one that it does not take.</exception>
    public static Arguments Parse(IReadOnlyList<Option> options, ReadOnlySpan<string> words)
    {
        var arguments = new Arguments();
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (word == "--")
            {
                arguments._operands.AddRange(words[(i + 1)..]);
                break;
            }
            if (word.Length < 2 || word[0] != '-')
            {
                arguments._operands.Add(word);
                continue;
            }
            var sign = word.IndexOf('=', StringComparison.Ordinal);
            var name = sign < 0 ? word : word[..sign];
            var option = options.FirstOrDefault(option => option.Name == name) ?? throw new UsageException(Unknown(name, options));
            var value = sign < 0 ? null : word[(sign + 1)..];
            if (option.Value is null)
            {
                if (value is not null)
                    throw new UsageException($"{name} takes no value; right would be {name} alone.");
                value = "";
            }
            value ??= ++i < words.Length ? words[i] : throw new UsageException($"{name} lacks its value; right would be {name} {option.Value}.");
            arguments.Add(option, value);
        }
        return arguments;
    }

    private void Add(Option option, string value)
    {
        if (!_values.TryGetValue(option, out var values))
            _values.Add(option, values = []);
        else if (!option.IsRepeatable)
            throw new UsageException($"{option.Name} is given twice; it can be given once.");
        values.Add(value);
    }

    private static string Unknown(string name, IReadOnlyList<Option> options)
    {
        var nearest = options.MinBy(option => Distance(name, option.Name));
        var hint = nearest is not null && Distance(name, nearest.Name) <= Math.Min(3, (name.Length - 2) / 2)
            ? $"the nearest is {nearest.Name}."
            : $"there are {string.Join(", ", options.Select(option => option.Name))}. For a file of that name, put \"--\" before it.";
        return $"there is no option {PlainText.Quoted(name)}; {hint}";
    }

    /// <summary>How many letters must be put in, taken out or changed.</summary>
    private static int Distance(string left, string right)
    {
        if (Math.Abs(left.Length - right.Length) > 3)
            return int.MaxValue;
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var changed = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
