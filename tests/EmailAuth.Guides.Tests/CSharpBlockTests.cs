using System.Runtime.Loader;
using System.Text.RegularExpressions;
using EmailAuth.Tests;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EmailAuth.Guides.Tests;

/// <summary>
/// Every block of C# on every page, and every example in the documentation of a public type, compiles as it stands. One that begins with <c>using</c> is a whole program, with the usings that every project has; another is a piece
/// of one, and finds before it what <see cref="Before"/> has. A program with its output beside it is run, and prints that.
/// </summary>
[NonParallelizable]
public partial class CSharpBlockTests
{
    private const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private const string UsingsOfPieces = """
        global using System.Collections.Immutable; global using System.Net; global using System.Text;
        global using EmailAuth; global using EmailAuth.Arc; global using EmailAuth.AuthResults; global using EmailAuth.Dkim; global using EmailAuth.Dmarc; global using EmailAuth.Dns;
        global using EmailAuth.Iprev; global using EmailAuth.Message; global using EmailAuth.Signatures; global using EmailAuth.Spf; global using EmailAuth.Hosting; global using EmailAuth.MimeKit;
        global using Microsoft.Extensions.Configuration; global using Microsoft.Extensions.DependencyInjection; global using Microsoft.Extensions.Hosting; global using MimeKit;
        """;

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static path => MetadataReference.CreateFromFile(path))];

    private static IEnumerable<TestCaseData> Blocks =>
        from block in Page.All.SelectMany(static page => page.Blocks).Concat(CodeBlock.Examples()) where block.Language == "csharp" select new TestCaseData(block).SetArgDisplayNames(block.ToString());

    private static IEnumerable<TestCaseData> ProgramsWithOutput =>
        from page in Page.All
        from pair in page.Blocks.Zip(page.Blocks.Skip(1))
        where pair.First.Language == "csharp" && pair.Second.Language == "text" && pair.Second.Line - pair.First.Line - pair.First.Lines.Length <= 3
        select new TestCaseData(pair.First, pair.Second).SetArgDisplayNames(pair.First.ToString());

    [TestCaseSource(nameof(Blocks))]
    public void It_compiles(object block) => Compile((CodeBlock)block);

    [TestCaseSource(nameof(ProgramsWithOutput))]
    public void It_prints_what_stands_beside_it(object program, object printed) =>
        PrintedOutput.AssertIn(Run(Compile((CodeBlock)program)), (CodeBlock)printed);

    [Test]
    public void The_front_page_shows_the_sample_VerifyMessage()
    {
        var sample = File.ReadAllLines(Repository.PathOf("samples", "VerifyMessage", "Program.cs")).Where(static line => !line.StartsWith("//", StringComparison.Ordinal));
        var shown = Page.All.Single(static page => page.Path == "README.md").Blocks.First(static block => block.Language == "csharp");
        Assert.That(shown.Lines, Is.EqualTo(sample));
    }

    private static byte[] Compile(CodeBlock block)
    {
        var isProgram = UsingDirective().IsMatch(block.Lines[0]);
        var options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);
        var code = CSharpSyntaxTree.ParseText(block.Text, options, block.ToString());
        var before = block.Page == "src/EmailAuth.MimeKit/README.md" ? nameof(BeforeMime) : nameof(Before);
        var usings = isProgram ? ImplicitUsings : $"{ImplicitUsings}{UsingsOfPieces} global using static EmailAuth.Guides.Tests.{before};";
        var hasStatements = code.GetCompilationUnitRoot().Members.Any(static member => member is GlobalStatementSyntax);
        var compilation = CSharpCompilation.Create(
            "Block", [code, CSharpSyntaxTree.ParseText(usings, options)], References,
            new CSharpCompilationOptions(hasStatements ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        using var assembly = new MemoryStream();
        var result = compilation.Emit(assembly);
        var problems = result.Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && diagnostic.Id is not ("CS1701" or "CS1702") && (isProgram || diagnostic.Id != "CS8321"))
            .Select(diagnostic => $"{block.Page}:{block.Line + diagnostic.Location.GetLineSpan().StartLinePosition.Line}: {diagnostic.Id} {diagnostic.GetMessage()}");
        Assert.That(problems, Is.Empty);
        return assembly.ToArray();
    }

    /// <summary>Runs a program in a reader's folder.</summary>
    private static string Run(byte[] assembly)
    {
        using var folder = new ReaderFolder();
        var (output, current) = (Console.Out, Directory.GetCurrentDirectory());
        var loader = new AssemblyLoadContext("block", isCollectible: true);
        using var printed = new StringWriter();
        try
        {
            Directory.SetCurrentDirectory(folder.Root);
            Console.SetOut(printed);
            var entry = loader.LoadFromStream(new MemoryStream(assembly)).EntryPoint!;
            entry.Invoke(null, entry.GetParameters().Length == 0 ? null : [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(output);
            Directory.SetCurrentDirectory(current);
            loader.Unload();
        }
        return printed.ToString();
    }

    [GeneratedRegex(@"^using [A-Za-z.]+;$")]
    private static partial Regex UsingDirective();
}
