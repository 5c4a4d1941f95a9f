using System.Globalization;
using EmailAuth.Fuzz;
using EmailAuth.Fuzz.Complexity;
using EmailAuth.Fuzz.Forgery;
using EmailAuth.Fuzz.Soak;
using EmailAuth.Fuzz.Stack;

return args switch
{
    ["list"] => List(),
    ["mutate", .. var options] => MutationVerb.Run(options),
    ["forge", var mutations, var seed] => ForgeryVerb.Run(long.Parse(mutations, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture)),
    ["complexity"] => ComplexityVerb.Run(),
    ["stack", var depth] => StackVerb.Run(int.Parse(depth, CultureInfo.InvariantCulture)),
    ["replay", var target, .. var files] => Replay(target, files),
    ["soak", .. var options] => await SoakVerb.RunAsync(options),
    ["afl", var target] => AflVerb.Run(target),
    ["afl-instrument", var assembly] => AflVerb.Instrument(assembly),
    ["afl-seeds", var target, var folder] => AflVerb.WriteSeeds(target, folder),
    ["afl-keep", var target, var most, .. var folders] => AflVerb.Keep(target, int.Parse(most, CultureInfo.InvariantCulture), folders),
    _ => Usage(),
};

static int List()
{
    foreach (var target in FuzzTargets.All)
        Console.WriteLine(target.Name);
    return 0;
}

static int Replay(string name, string[] files)
{
    if (FuzzTargets.Find(name) is not { } target)
        return Usage();
    foreach (var file in files)
    {
        target.Run(File.ReadAllBytes(file));
        Console.WriteLine($"{file}: holds");
    }
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("""
        mutate [--target NAME] [--executions N] [--seconds S] [--seed N] [--threads N] [--findings FOLDER]
                        seeded mutations of each target's seeds and corpus; 1 if a promise is broken
        forge MUTATIONS SEED
                        the forgery oracle: changed octets and fields of 200 messages signed by DKIM or ARC
        complexity      branches and octets allocated as hostile input grows (branches only with an instrumented EmailAuth.dll)
        stack DEPTH     every target and the whole verdict over nested input on a stack of 128 KiB
        replay NAME FILE…
                        runs files as they are
        soak [--minutes N] [--seed N]
                        messages, three in ten hostile, and what the process holds; 1 if memory, handles or threads grow
        list            the names of the targets
        For AFL++ see afl/run, which uses: afl NAME, afl-instrument ASSEMBLY, afl-seeds NAME FOLDER, afl-keep NAME OCTETS FOLDER…
        """);
    return 2;
}
