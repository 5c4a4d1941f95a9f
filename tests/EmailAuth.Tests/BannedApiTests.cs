using System.Reflection;
using Mono.Cecil;

namespace EmailAuth.Tests;

/// <summary>
/// src/BannedSymbols.txt, which the analyzer turns into build errors: each line names something that exists, since the analyzer says nothing of one that
/// does not, and no compiled assembly calls any of it.
/// </summary>
public class BannedApiTests
{
    /// <summary>What a compiled method may call all the same; the reason stands beside the code.</summary>
    private static readonly (string Where, string What)[] Allowed =
    [
        ("EmailAuth.Cli.Input.ValueReader", "System.Net.IPAddress.TryParse"),
        ("EmailAuth.Cli.Verbs.MessageVerification", "System.Threading.Tasks.Task.Run"),
    ];

    private static readonly string[] Banned =
        [.. File.ReadLines(Repository.PathOf("src", "BannedSymbols.txt")).Where(line => line.Length > 0).Select(line => line.Split(';')[0])];

    [Test]
    public void Each_banned_name_exists() => Assert.That(Banned.Where(name => !Exists(name)), Is.Empty);

    [Test]
    public void The_list_holds_what_the_house_forbids() => Assert.That(Banned, Is.SupersetOf(new[]
    {
        "T:System.Text.RegularExpressions.Regex", "T:System.Xml.Linq.XDocument", "T:System.Xml.XmlDocument", "T:System.Net.Mail.MailAddress", "T:System.Globalization.IdnMapping",
        "M:System.Net.IPAddress.Parse(System.String)", "P:System.DateTime.UtcNow", "T:System.Random", "P:System.Text.Encoding.ASCII", "P:System.Threading.Tasks.Task`1.Result",
    }));

    [TestCase(typeof(EmailAuth.Dns.DomainName))]
    [TestCase(typeof(EmailAuth.Cli.CommandLine.EmailAuthCommand))]
    public void No_assembly_calls_what_is_banned(Type ofAssembly)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(ofAssembly.Assembly.Location);
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in assembly.MainModule.GetTypes())
        {
            foreach (var method in type.Methods.Where(method => method.HasBody))
            {
                foreach (var used in method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MemberReference>())
                {
                    if (IsBanned(method, used) && !Allowed.Any(allowed => type.FullName.StartsWith(allowed.Where, StringComparison.Ordinal) && NameOf(used) == allowed.What))
                        found.Add($"{type.FullName}.{method.Name} uses {NameOf(used)}");
                }
            }
        }
        Assert.That(found, Is.Empty);
    }

    [Test]
    public void The_search_finds_what_is_there()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(BannedApiTests).Assembly.Location);
        var method = assembly.MainModule.GetType(typeof(BannedApiTests).FullName).Methods.Single(method => method.Name == nameof(Forbidden));
        var used = method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MemberReference>().Where(used => IsBanned(method, used)).Select(NameOf).Distinct();
        Assert.That(used, Is.EquivalentTo(new[]
        {
            "System.DateTime.get_UtcNow", "System.String.ToLower", "System.Net.IPAddress.Parse", "System.Random..ctor", "System.Random.Next", "System.Threading.Tasks.Task`1.get_Result",
        }));
    }

    private static string Forbidden(Task<string> task) => $"{DateTime.UtcNow}{"A".ToLower()}{System.Net.IPAddress.Parse("192.0.2.1")}{new Random(1).Next()}{task.Result}";

    /// <summary>An awaiter's GetResult is what await itself compiles to; the analyzer alone can tell it from one that was written.</summary>
    private static bool IsBanned(MethodDefinition caller, MemberReference used)
    {
        if (used.Name == "GetResult" || (caller.Name == "MoveNext" && used.Name == "get_Result"))
            return false;
        var type = DocumentedName((used as TypeReference ?? used.DeclaringType)?.GetElementType().FullName ?? "");
        if (Banned.Contains($"T:{type}"))
            return true;
        return used switch
        {
            MethodReference { Name: ['g', 'e', 't', '_', ..] } getter => Banned.Contains($"P:{type}.{getter.Name[4..]}"),
            MethodReference method => Banned.Any(name => name.Split('(')[0].Split("``")[0] == $"M:{type}.{method.Name}" && HasParameters(name, method)),
            FieldReference field => Banned.Contains($"F:{type}.{field.Name}"),
            _ => false,
        };
    }

    /// <summary>Task.Run is told by its name, whatever it runs; the others by what they take.</summary>
    private static bool HasParameters(string banned, MethodReference method)
    {
        if (method.Name == "Run")
            return true;
        var parameters = banned.Contains('(', StringComparison.Ordinal) ? banned[(banned.IndexOf('(', StringComparison.Ordinal) + 1)..^1] : "";
        return parameters == string.Join(',', method.Parameters.Select(parameter => DocumentedName(parameter.ParameterType.FullName)));
    }

    private static string NameOf(MemberReference used) => used is TypeReference type ? type.FullName : $"{used.DeclaringType?.GetElementType().FullName}.{used.Name}";

    /// <summary>As documentation comments write it: a nested type behind a dot, arguments in braces, a reference as "@".</summary>
    private static string DocumentedName(string name) =>
        name.Replace('/', '.').Replace("`1<", "{", StringComparison.Ordinal).Replace('>', '}').Replace('&', '@');

    private static bool Exists(string documented)
    {
        var (kind, name) = (documented[0], documented[2..].Split('(')[0].Split("``")[0]);
        if (kind == 'T')
            return Find(name) is not null;
        var dot = name.LastIndexOf('.');
        if (Find(name[..dot]) is not { } type)
            return false;
        const BindingFlags all = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static;
        var member = name[(dot + 1)..];
        if (kind != 'M')
            return kind == 'P' ? type.GetProperty(member, all) is not null : type.GetField(member, all) is not null;
        var wanted = documented.Contains('(', StringComparison.Ordinal) ? documented[(documented.IndexOf('(', StringComparison.Ordinal) + 1)..^1] : "";
        return type.GetMethods(all).Any(method => method.Name == member && Written(method) == wanted);
    }

    private static string Written(MethodInfo method) => string.Join(',', method.GetParameters().Select(parameter => Written(parameter.ParameterType)));

    private static string Written(Type type) =>
        type.IsByRef ? Written(type.GetElementType()!) + "@"
        : type.IsGenericMethodParameter ? $"``{type.GenericParameterPosition}"
        : type.IsGenericType ? $"{type.FullName ?? $"{type.Namespace}.{type.Name}"}".Split('`')[0] + "{" + string.Join(',', type.GetGenericArguments().Select(Written)) + "}"
        : type.FullName!;

    /// <summary>A type of the shared framework; a nested one stands behind a dot, too.</summary>
    private static Type? Find(string name)
    {
        string[] assemblies = ["System.Private.CoreLib", "System.Net.NameResolution", "System.Net.Primitives", "System.Net.Mail", "System.Text.RegularExpressions", "System.Xml", "System.Xml.XDocument", "System.Private.Xml", "System.Private.Xml.Linq"];
        foreach (var assembly in assemblies)
        {
            var loaded = Assembly.Load(assembly);
            var dot = name.LastIndexOf('.');
            if ((loaded.GetType(name) ?? loaded.GetType($"{name[..dot]}+{name[(dot + 1)..]}")) is { } found)
                return found;
        }
        return null;
    }
}
