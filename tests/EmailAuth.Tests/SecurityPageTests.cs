using System.Globalization;
using System.Reflection;
using EmailAuth.Dns;

namespace EmailAuth.Tests;

/// <summary>The table of limits in .github/SECURITY.md says what the code does: each default, each ceiling, and none is left out.</summary>
public class SecurityPageTests
{
    private static readonly Type[] Records =
    [
        .. typeof(EmailAuthLimits).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.PropertyType).Where(type => type.Namespace!.StartsWith("EmailAuth", StringComparison.Ordinal)),
        typeof(DnsCacheOptions), typeof(DnsClientOptions),
    ];

    private static IEnumerable<TestCaseData> Rows =>
        from line in File.ReadLines(Repository.PathOf(".github", "SECURITY.md"))
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        where cells.Length == 7 && cells[2].StartsWith('`')
        select new TestCaseData(cells[2].Trim('`'), cells[3], cells[4]).SetArgDisplayNames(cells[2]);

    [TestCaseSource(nameof(Rows))]
    public void A_limit_is_as_the_page_says(string setting, string standard, string ceiling)
    {
        var parts = setting.Split('.');
        var type = Records.Single(type => type.Name == parts[0]);
        if (type.GetField(parts[1], BindingFlags.Public | BindingFlags.Static) is { IsLiteral: true } constant)
        {
            Assert.That((Written(constant.GetRawConstantValue()!), ceiling), Is.EqualTo((standard, "–")));
            return;
        }
        var property = type.GetProperty(parts[1])!;
        Assert.That(Written(property.GetValue(Activator.CreateInstance(type))!), Is.EqualTo(standard));
        var most = Read(ceiling, property.PropertyType);
        var limits = Activator.CreateInstance(type)!;
        property.SetValue(limits, most);
        Assert.That(property.GetValue(limits), Is.EqualTo(most));
        var over = most switch
        {
            int number => number + 1,
            long number => number + 1,
            TimeSpan time => (object)(time + TimeSpan.FromTicks(1)),
            _ => throw new InvalidOperationException(),
        };
        Assert.That(() => property.SetValue(limits, over), Throws.InnerException.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void No_limit_is_missing()
    {
        var told = Rows.Select(row => (string)row.Arguments[0]!);
        var there =
            from type in Records
            from member in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where member is PropertyInfo { CanWrite: true } property && (property.PropertyType == typeof(int) || property.PropertyType == typeof(long) || property.PropertyType == typeof(TimeSpan))
                || member is FieldInfo { IsLiteral: true, Name: not "MostSets" }
            select $"{type.Name}.{member.Name}";
        Assert.That(told, Is.EquivalentTo(there));
    }

    private static string Written(object value) => value switch
    {
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:#,0} s"),
        IFormattable number => number.ToString("#,0", CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException(),
    };

    private static object Read(string text, Type type) =>
        type == typeof(TimeSpan) ? TimeSpan.FromSeconds(int.Parse(text.Split(' ')[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture))
        : Convert.ChangeType(long.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture), type, CultureInfo.InvariantCulture);
}
