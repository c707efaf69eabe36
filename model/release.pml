/* The release protocol: replicas of the controller, their lease, one Job, and the API server, which puts all writes into one order.
   docs/model.md says what is left out and why that is sound; model/check.sh runs it.

   A step of ours is an inline with a capital, and the code that takes it says "Model step Release, model/release.pml."; check.sh
   compares the two. What the rest of the world does has a small letter.

   The model has two readings. As it stands it is for what has to happen in the end, and faults are few. With -DANYTIME it is for what
   must never happen: whoever likes decides on the Job at any moment, without lease, queue or store, requests take any time and get
   lost, so that all that the first reading can do to the Job, and more, is looked at.

   With -DNO_VERSION_TEST and the like something of ours is taken out. Then the check has to fail, or it proves nothing. */

#ifndef EDITS
#define EDITS 1   /* by the Job's author, after its creation */
#endif
#define FAULTS 2  /* crashes, lost leases and given up requests, in all; only in the first reading */
#define REPLANS 1 /* likewise */

#ifdef ANYTIME
#define REPLICAS 3 /* or as many requests of one process, or of processes that are no more */
#define remember(assignment) assignment
#define never(name, condition) assert(!(condition) || (ONLY != 0 && ONLY != name))
#else
#define REPLICAS 2
#define remember(assignment) skip
#define never(name, condition) skip
#endif
#define NOBODY REPLICAS

/* What must never happen. -DONLY=... looks at one of them alone. */
#define STARTED_TWICE 1  /* we start a Job a second time */
#define HALF_DIRECTED 2  /* a Job that we started gets pods without its placement, which it was to have */
#define USER_SUSPENDED 3 /* we start what its author suspended */
#define OPTED_OUT 4      /* we write to a Job that is not opted in, but for letting it go as its author wrote it */
#define TOO_EARLY 5      /* we release a Job before it was green, its deadline came, or its author said run-now */
#define POD_CUT_OFF 6    /* we suspend a Job that has started */
#ifndef ONLY
#define ONLY 0
#endif

mtype:state = { None, Waiting, Released, UserSuspended, Missed };
mtype:act = { NOTHING, HOLD, REPLAN, RELEASE, UNTOUCHED, PLACE, MISSED, USER, TAKEN };
mtype:answer = { FLYING, DONE, CONFLICT, REFUSED };

/* The Job, as the API server has it. */
mtype:state state = None;
bool suspend, opted_in, run_now;
bool directed;          /* its pod template carries our placement */
bool started;           /* status.startTime: pods were made */

/* Where it lives. */
bool green, deadline;   /* the deadline comes once */
bool strange;           /* somebody refuses our placement: the API server, or a policy engine before it */
byte edits, faults, replans;

/* What the invariants remember. */
bool moment;            /* green, deadline or run-now has been */
bool started_by_us, suspended_by_author, meant_undirected;

/* Requests, one on its way for each replica. */
mtype:act request[REPLICAS] = NOTHING;
mtype:answer answer[REPLICAS] = FLYING;
bool current[REPLICAS]; /* it tests for the version that the Job has. A version never comes back, so this bit is all of it */

#ifndef ANYTIME
byte holder = NOBODY;   /* of the lease */
#ifdef HANGS
byte hung = NOBODY;     /* for ever, and keeps its lease */
#define alive(i) (hung != i)
#else
#define alive(i) true
#endif
bool leads[REPLICAS];   /* believes so; a paused process may do so long after it lost the lease */
bool knows[REPLICAS];   /* the Job is in its store, and its watch is open */
bool queued[REPLICAS];  /* the Job's key is due in its work queue */
bool timer[REPLICAS];   /* the key is to be due at the deadline */
bool awaits[REPLICAS];  /* a worker waits for the answer; else the request on its way has lost its sender */
#endif

/* ---- The Job as seen from here. ---- */

#define needs_us (state == Waiting || (state == None && opted_in))
#ifdef IGNORES_SIGNAL
#define may_run true
#else
#define may_run (green || deadline || run_now)
#endif
#ifdef OPT_OUT_IGNORED
#define still_in true
#else
#define still_in opted_in
#endif
#ifdef USER_SUSPENSION_IGNORED
#define of_its_user false
#else
#define of_its_user (suspend && !started)
#endif

/* ---- Who looks at it, and when. ---- */

#ifdef ANYTIME
#define QueueAll(i) skip
#define queue_where_known() skip
#define WakeAtDeadline(i) skip
#else
/* All that the store holds is looked at anew: at the beginning of a term, and on news of signal or policy. */
inline QueueAll(i) { queued[i] = queued[i] || (knows[i] && needs_us) }

/* The watch's event. That it comes late is that the key is taken late. A Job that needs us no more leaves the store. */
inline queue_where_known() {
  queued[0] = knows[0] && needs_us; timer[0] = timer[0] && needs_us;
  queued[1] = knows[1] && needs_us; timer[1] = timer[1] && needs_us
}

inline TakeLease(i) {
  holder = i; leads[i] = true;
#ifndef NOT_QUEUED_BY_LEADER
  QueueAll(i)
#endif
}

/* The process has seen that its term is over. */
inline LoseLease(i) { leads[i] = false }

/* After its start it remembers nothing, and lists. */
inline List(i) {
  knows[i] = true;
#ifndef NO_LIST
  QueueAll(i)
#endif
}

/* Whoever leads next looks at every Job anew. */
inline Forget(i) { queued[i] = false; timer[i] = false }

/* Unless leading, a replica does nothing but release what is overdue, for its leader may hang. */
#ifdef NO_STAND_IN
#define overdue false
inline StandIn(i) { skip }
#else
#define overdue (state == Waiting && deadline)
inline StandIn(i) { timer[i] = (state == Waiting) }
#endif

/* Only time can change the answer from here on. */
inline WakeAtDeadline(i) {
#ifndef DEADLINE_FORGOTTEN
  timer[i] = true
#else
  skip
#endif
}

/* An error, or no answer: nobody knows whether the patch was carried out, and the key comes back. */
inline Requeue(i) {
  awaits[i] = false;
#ifndef LOST_ANSWER_FORGOTTEN
  queued[i] = knows[i] && needs_us
#endif
}
#endif

/* ---- What is decided. ---- */

/* The webhook at CREATE. A Job that may run at once is not held, and placed. */
inline Admit() {
  if
  :: !opted_in -> skip
  :: opted_in && suspend -> state = UserSuspended
  :: opted_in && !suspend && may_run -> never(TOO_EARLY, !moment); state = Released; remember(directed = true)
  :: opted_in && !suspend && !may_run -> state = Waiting; suspend = true
  fi
}

inline Decide(i) {
  if
  :: state == Waiting && !suspend -> request[i] = TAKEN
  :: state == Waiting && suspend && !still_in -> request[i] = UNTOUCHED
  :: state == Waiting && suspend && still_in && may_run -> request[i] = RELEASE
  :: state == Waiting && suspend && still_in && !may_run -> WakeAtDeadline(i)
  :: state == Waiting && suspend && still_in && !may_run && replans < REPLANS -> request[i] = REPLAN
  :: state == None && opted_in && of_its_user -> request[i] = USER
  :: state == None && opted_in && !of_its_user && (started || may_run) -> request[i] = MISSED
#ifndef NO_CATCH_UP
  :: state == None && opted_in && !of_its_user && !started && !may_run -> request[i] = HOLD
#endif
  :: else
  fi
}

/* The patch tests for the version that was decided on. */
inline Guard(i) { current[i] = true }

/* The placement was refused. Nothing may hold a Job past its time, least of all our own wish where it should run. */
inline PlaceLikeAnyOther(i) {
#ifdef NO_FALLBACK
  Retry(i)
#else
  request[i] = UNTOUCHED; answer[i] = FLYING
#endif
}

/* Somebody else was faster: read afresh, decide afresh. */
inline Retry(i) {
#ifdef NO_FRESH_DECISION
  Guard(i); answer[i] = FLYING
#else
  settle(i);
#ifndef ANYTIME
  queued[i] = knows[i] && needs_us
#endif
#endif
}

/* ---- What is written, in one patch each. ---- */

inline Hold() { never(POD_CUT_OFF, started); state = Waiting; suspend = true }

/* Its plan has moved: a note on the Job, and a new version. */
#ifdef ANYTIME
inline Replan() { skip }
#else
inline Replan() { replans++ }
#endif

inline unsuspend() {
  never(TOO_EARLY, opted_in && !moment);
  if
  :: suspend ->
     never(STARTED_TWICE, started_by_us);
     never(USER_SUSPENDED, suspended_by_author);
     suspend = false; remember(started_by_us = true)
  :: else
  fi;
  state = Released
}

inline Release() {
  unsuspend();
#ifndef TWO_PATCHES
  remember(directed = true)
#endif
}

/* The same, placed as its author wrote it: the opt-in was taken back, or our placement was refused. */
inline ReleaseUntouched() { remember(meant_undirected = true); unsuspend() }

inline MarkMissed() { state = Missed }
inline MarkUserSuspended() { state = UserSuspended }
inline MarkTaken() { state = Released }

/* ---- The API server. ---- */

#ifdef NO_VERSION_TEST
#define holds(i) true
#else
#define holds(i) current[i]
#endif

inline write() {
  current[0] = false; current[1] = false;
#ifdef ANYTIME
  current[2] = false;
#endif
  queue_where_known()
}

inline carry_out(i) {
  if
  :: !holds(i) -> answer[i] = CONFLICT
  :: holds(i) && request[i] == RELEASE && strange -> answer[i] = REFUSED
  :: else ->
     never(OPTED_OUT, !opted_in && !(state == Waiting && (request[i] == UNTOUCHED || request[i] == TAKEN)));
     if
     :: request[i] == HOLD -> Hold()
     :: request[i] == REPLAN -> Replan()
     :: request[i] == RELEASE -> Release()
     :: request[i] == UNTOUCHED -> ReleaseUntouched()
     :: request[i] == PLACE -> directed = true
     :: request[i] == MISSED -> MarkMissed()
     :: request[i] == USER -> MarkUserSuspended()
     :: request[i] == TAKEN -> MarkTaken()
     fi;
     answer[i] = DONE;
     write()
  fi
}

inline settle(i) {
  request[i] = NOTHING; answer[i] = FLYING; current[i] = false;
#ifndef ANYTIME
  awaits[i] = false
#endif
}

/* A patch is done. With -DTWO_PATCHES the placement comes in a second one. */
inline next_patch(i) {
#ifdef TWO_PATCHES
  if
  :: request[i] == RELEASE -> request[i] = PLACE; answer[i] = FLYING; Guard(i)
  :: else -> settle(i)
  fi
#else
  settle(i)
#endif
}

/* ---- The processes: one for each thread, for fairness between them. ---- */

#ifdef ANYTIME
proctype Worker(byte me) {
end:
  do
  :: atomic { request[me] == NOTHING -> Decide(me);
     if
     :: request[me] != NOTHING -> Guard(me)
     :: else
     fi }
  :: atomic { request[me] != NOTHING && answer[me] == FLYING -> carry_out(me) }
  :: atomic { answer[me] == DONE -> next_patch(me) }
  :: atomic { answer[me] == CONFLICT -> Retry(me) }
  :: atomic { answer[me] == REFUSED -> PlaceLikeAnyOther(me) }
  :: atomic { request[me] != NOTHING -> settle(me) } /* the request or the answer is lost, or whoever waits for it is dead */
  od
}
#else
proctype Elector(byte me) {
end:
  do
  /* Free, or not renewed any more: its holder is dead. */
  :: atomic { holder == NOBODY || !leads[holder] -> TakeLease(me) }
  :: atomic { leads[me] && holder != me -> LoseLease(me) }
  od
}

proctype Worker(byte me) {
end:
  do
  :: atomic { alive(me) && !knows[me] -> List(me) }
  :: atomic { alive(me) && queued[me] && !awaits[me] && !leads[me] && !overdue -> Forget(me); StandIn(me) }
  :: atomic { alive(me) && queued[me] && !awaits[me] && (leads[me] || overdue) ->
     Forget(me);
     settle(me); /* what is still on its way of a former request is lost */
     Decide(me);
     if
     :: request[me] != NOTHING -> awaits[me] = true; Guard(me)
     :: else
     fi }
  :: atomic { awaits[me] && answer[me] == FLYING -> carry_out(me) }
  :: atomic { awaits[me] && answer[me] == DONE -> next_patch(me) }
  :: atomic { awaits[me] && answer[me] == CONFLICT -> Retry(me) }
  :: atomic { awaits[me] && answer[me] == REFUSED -> PlaceLikeAnyOther(me) }
  od
}

/* What was answered is never heard; what is on its way may still be carried out. */
inline forsake(i) {
  awaits[i] = false;
  if
  :: answer[i] != FLYING -> settle(i)
  :: else
  fi
}

inline crash(i) {
  faults++;
  leads[i] = false; knows[i] = false; queued[i] = false; timer[i] = false;
  forsake(i)
}

inline hang(i) { faults++; hung = i; forsake(i) }
inline give_up(i) { faults++; forsake(i); Requeue(i) }
inline carry_out_late(i) { carry_out(i); settle(i) }
#endif

/* Who starts a waiting Job and suspends it again before we saw it leaves no trace: docs/model.md, Limits. */
#ifdef SUSPENDED_AGAIN
#define may_suspend true
#else
#define may_suspend (state != Waiting)
#endif

inline edit() {
  edits++;
  if
  :: opted_in -> opted_in = false
  :: !opted_in -> opted_in = true
  :: !run_now -> run_now = true; remember(moment = true)
  :: suspend -> suspend = false; remember(suspended_by_author = false)
  :: !suspend && may_suspend -> suspend = true; remember(suspended_by_author = true)
  :: true /* something else */
  fi;
  write()
}

inline pass_deadline() {
  deadline = true; remember(moment = true);
#ifndef ANYTIME
  queued[0] = queued[0] || timer[0]; timer[0] = false;
  queued[1] = queued[1] || timer[1]; timer[1] = false
#endif
}

proctype World() {
end:
  do
  :: atomic { edits < EDITS -> edit() }
  /* The Job controller. */
  :: atomic { !suspend && !started ->
     never(HALF_DIRECTED, started_by_us && !directed && !meant_undirected);
     started = true; write() }
  :: atomic { suspend && started -> started = false; write() }
  /* The grid and the clock. The signal may stay as it is for ever: changes would wake everybody, and hide that one is asleep. (Spin
     takes no loop that says `true` alone.) */
  :: atomic {
     if
     :: green -> green = false; QueueAll(0); QueueAll(1)
     :: !green -> green = true; remember(moment = true); QueueAll(0); QueueAll(1)
     fi }
  :: green || !green
  :: atomic { !deadline -> pass_deadline() }
#ifndef ANYTIME
  /* The lease is lost by a process that lives: it was paused, or cut off. */
  :: atomic { holder != NOBODY && faults < FAULTS -> faults++; holder = NOBODY }
  :: atomic { faults < FAULTS -> crash(0) }
  :: atomic { faults < FAULTS -> crash(1) }
#ifdef HANGS
  :: atomic { hung == NOBODY && faults < FAULTS -> hang(0) }
  :: atomic { hung == NOBODY && faults < FAULTS -> hang(1) }
#endif
  :: atomic { awaits[0] && faults < FAULTS -> give_up(0) }
  :: atomic { awaits[1] && faults < FAULTS -> give_up(1) }
  :: atomic { request[0] != NOTHING && !awaits[0] -> carry_out_late(0) }
  :: atomic { request[1] != NOTHING && !awaits[1] -> carry_out_late(1) }
#endif
  od
}

init {
  atomic {
    if :: green = true; remember(moment = true) :: skip fi;
    if :: strange = true :: skip fi;
    if :: opted_in = true :: skip fi;
    if :: suspend = true; remember(suspended_by_author = true) :: skip fi;
    if :: Admit() :: skip fi; /* or the webhook is down */
    run World();
    run Worker(0); run Worker(1);
#ifdef ANYTIME
    run Worker(2)
#else
    run Elector(0); run Elector(1)
#endif
  }
}

/* What has to happen in the end. */
ltl deadline_kept { [] ((deadline && state == Waiting) -> <> (state != Waiting)) }
ltl opt_out_heeded { [] ((!opted_in && state == Waiting) -> <> (opted_in || state != Waiting)) }
ltl every_job_seen { [] ((opted_in && state == None) -> <> (!opted_in || state != None)) }
